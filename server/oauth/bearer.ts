import type { FastifyRequest } from 'fastify'
import type { OwnToken } from './own-token.ts'
import type { Rooms } from './rooms.ts'

/** The access token that a request brings in its header; undefined where it brings none that holds. */
export async function bearerOf({ tokens }: Rooms, { headers }: FastifyRequest): Promise<OwnToken | undefined> {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? []
  return token === undefined ? undefined : tokens.read(token)
}
