import type { FastifyInstance } from 'fastify'
import { addClient } from '../../auth/smart/clients.ts'
import { type ClientMetadata, clientFactsOf } from '../../auth/smart/registration.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parsed } from './json-body.ts'
import { foldDone, recordDone } from './records.ts'
import type { Rooms } from './rooms.ts'

/** Lets clients register themselves (RFC 7591), where a setting says so. What they may do is still each user's to allow. */
export function addRegistration(app: FastifyInstance, rooms: Rooms): void {
  app.post('/register', async (request, reply) => {
    const metadata = parsed(request.body)
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
      return reply
        .code(400)
        .send({ error: 'invalid_client_metadata', error_description: 'The body is no JSON object.' })
    }
    try {
      const { client, secret } = await addClient(rooms.store, clientFactsOf(metadata as ClientMetadata))
      await recordDone(rooms, { request, client: client.id }, { code: 'client-changed', query: 'register' })
      return reply.code(201).send({
        client_id: client.id,
        client_id_issued_at: Math.floor(client.created / 1000),
        ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
        client_name: client.name,
        redirect_uris: client.redirectUris,
        scope: client.scopes.join(' '),
        token_endpoint_auth_method: methodOf(client.kind, secret),
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        ...(client.jwks === undefined ? {} : { jwks: client.jwks }),
      })
    } catch (error) {
      if (!(error instanceof FhirError) || error.kind !== 'invalid') throw error
      foldDone(rooms, { request }, { code: 'client-changed', outcome: '4', told: 'invalid' })
      const description = error.issues[0]?.diagnostics ?? 'The client is refused.'
      const code = /redirect/.test(description) ? 'invalid_redirect_uri' : 'invalid_client_metadata'
      return reply.code(400).send({ error: code, error_description: description })
    }
  })
}

function methodOf(kind: string, secret: string | undefined): string {
  if (kind === 'public') return 'none'
  return secret === undefined ? 'private_key_jwt' : 'client_secret_basic'
}
