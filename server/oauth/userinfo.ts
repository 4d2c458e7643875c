import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bearerOf } from './bearer.ts'
import type { Rooms } from './rooms.ts'

/** Tells an app who its user is, as far as its token's scopes let it (OpenID Connect Core, 5.3). */
export function addUserinfo(app: FastifyInstance, rooms: Rooms): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/userinfo',
    handler: async (request, reply) => {
      const token = await bearerOf(rooms, request)
      const user = token?.user
      if (!token || !user) return refuse(reply, 401, 'invalid_token')
      if (!token.scopes.includes('openid')) return refuse(reply, 403, 'insufficient_scope')
      const has = (scope: string) => token.scopes.includes(scope)
      const { fhirUser } = user
      return reply.headers(cors(request)).send({
        sub: user.id,
        ...(has('profile') ? { name: user.display ?? user.name } : {}),
        ...(fhirUser && (has('fhirUser') || has('profile')) ? { fhirUser: `${rooms.baseUrl}/${fhirUser}` } : {}),
      })
    },
  })
  app.options('/userinfo', (request, reply) => reply.code(204).headers(cors(request)).send())
}

/** Any page may ask: what counts is the token, and browsers send none by themselves. */
function cors({ headers }: FastifyRequest): Record<string, string> {
  return {
    'access-control-allow-origin': headers.origin ?? '*',
    'access-control-allow-headers': 'authorization',
    'access-control-allow-methods': 'GET, POST',
    vary: 'Origin',
  }
}

/** An error of RFC 6750, 3. */
export function refuse(reply: FastifyReply, status: number, error: string, description?: string): FastifyReply {
  if (status === 401) reply.header('www-authenticate', `Bearer error="${error}"`)
  return reply.code(status).send({ error, ...(description === undefined ? {} : { error_description: description }) })
}
