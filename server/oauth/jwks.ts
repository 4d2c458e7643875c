import type { FastifyInstance } from 'fastify'
import { publicKeys } from '../../auth/smart/keys.ts'
import type { Rooms } from './rooms.ts'

/**
 * The public keys (RFC 7517), as they are now: the library has those that it began with. The RSA key names no algorithm, for it
 * signs ID tokens by RS256.
 */
export function addKeys(app: FastifyInstance, { store }: Rooms): void {
  app.get('/jwks', async (_request, reply) => {
    const { keys } = await publicKeys(store)
    const shown = keys.map(({ alg, ...key }) => (key.kty === 'RSA' ? key : { ...key, alg }))
    return reply.header('access-control-allow-origin', '*').type('application/jwk-set+json').send({ keys: shown })
  })
}
