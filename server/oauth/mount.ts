import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { oauthSecret } from '../../auth/smart/oauth-secret.ts'
import { endpointsOf } from '../../auth/smart/smart-configuration.ts'
import { refusedDeed } from '../audit/refused.ts'
import type { Services } from '../call.ts'
import { fhirErrorOf } from '../http/errors.ts'
import { note } from '../http/log.ts'
import { issuerOf, OAUTH_PATH } from '../issuer.ts'
import { addAccount } from './account.ts'
import { askedUrl, isAskedOfLibrary } from './asked-url.ts'
import { Seal } from './csrf.ts'
import { Faults, sendFault } from './faults.ts'
import { addInteraction } from './interaction.ts'
import { addKeys } from './jwks.ts'
import { addLaunch } from './launch.ts'
import { OwnTokens } from './own-token.ts'
import type { OauthParts } from './parts.ts'
import { ProviderHolder } from './provider.ts'
import { addRegistration } from './registration.ts'
import type { Rooms } from './rooms.ts'
import { addUserinfo } from './userinfo.ts'
import { addSmartConfiguration } from './well-known.ts'

/** Bytes of a form at the most. */
const LONGEST = 64 * 1024

/** Serves the SMART authorization server below `/oauth`. */
export async function addOauth(app: FastifyInstance, services: Services, parts: OauthParts): Promise<void> {
  const rooms = await roomsOf(services, parts)
  const faults = new Faults()
  const holder = new ProviderHolder(rooms, faults)
  addSmartConfiguration(app, rooms)
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', async (request, reply) => parts.limit()?.(request, reply))
      scope.addHook('onRoute', (route) => {
        route.bodyLimit = LONGEST
      })
      scope.setErrorHandler((error: FastifyError, request, reply) => {
        services.folded.add(refusedDeed(request, fhirErrorOf(error).kind, rooms.issuer))
        return sendFault(error, request, reply, rooms.root)
      })
      scope.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE))
      addInteraction(scope, rooms, holder)
      addAccount(scope, rooms, holder)
      addUserinfo(scope, rooms)
      addKeys(scope, rooms)
      addLaunch(scope, rooms)
      if (rooms.registers) addRegistration(scope, rooms)
      await scope.register(async (library) => addLibrary(library, rooms, holder, faults))
    },
    { prefix: OAUTH_PATH },
  )
}

const STYLE = readFileSync(join(import.meta.dirname, 'pages/style.css'))

async function roomsOf({ config, ...services }: Services, { accessFor }: OauthParts): Promise<Rooms> {
  const { store, baseUrl, dispatch, audit, folded } = services
  const issuer = issuerOf(config)
  const secret = await oauthSecret(store)
  return {
    accessFor,
    registers: config.registers,
    store,
    baseUrl,
    dispatch,
    audit,
    folded,
    issuer,
    root: new URL(issuer).pathname,
    endpoints: endpointsOf(issuer, config.registers),
    cookieKey: createHash('sha256').update(secret).update('cookies').digest('base64url'),
    tokens: new OwnTokens(store, issuer, baseUrl),
    seal: new Seal(createHash('sha256').update(secret).update('seal').digest()),
  }
}

/** All other paths are the library's: it takes the connection before anything of the body is read. */
function addLibrary(library: FastifyInstance, rooms: Rooms, holder: ProviderHolder, faults: Faults): void {
  const { host, protocol } = new URL(rooms.issuer)
  library.addHook('onRequest', async (request, reply) => {
    if (!isAskedOfLibrary(request.url.slice(OAUTH_PATH.length))) return reply.code(404).send()
    const handle = await holder.handler()
    faults.given(request)
    noteEndpoint(request)
    reply.hijack()
    const { raw } = request
    // Nothing that a client says of where it is decides where the answers lead.
    raw.headers['x-forwarded-host'] = host
    raw.headers['x-forwarded-proto'] = protocol.slice(0, -1)
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    raw.url = askedUrl((raw.url ?? '').slice(OAUTH_PATH.length))
    // What stands before its own path in the URLs that it makes.
    Object.assign(raw, { originalUrl: `${rooms.root}${raw.url}` })
    await handle(raw, reply.raw)
  })
  library.route({ method: ['GET', 'HEAD', 'POST', 'OPTIONS'], url: '/*', handler: unreachable })
}

async function unreachable(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.code(404).send()
}

/** The log tells the library's endpoints apart; what follows in a path is nobody's business. */
function noteEndpoint(request: FastifyRequest): void {
  const [, first] = /^\/oauth\/(authorize|token|jwks|introspect|revoke|\.well-known)\b/.exec(request.url) ?? []
  if (first !== undefined) note(request, { route: `${OAUTH_PATH}/${first}` })
}
