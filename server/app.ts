import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import {
  type FastifyError,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify'
import { type ErrorKind, FhirError } from '../resources/fhir-error.ts'
import { openDoor } from './access/door.ts'
import { openCallers } from './access/open.ts'
import { openRights } from './access/rights.ts'
import { refusedDeed } from './audit/refused.ts'
import type { Services } from './call.ts'
import { bodyRoom } from './http/body-room.ts'
import { answerBroken } from './http/broken.ts'
import { type Guard, guardBrowsers } from './http/browser-guard.ts'
import { allowOrigins } from './http/cors.ts'
import { drain } from './http/drain.ts'
import { unpackBody } from './http/encoding.ts'
import { fhirErrorOf } from './http/errors.ts'
import { type FixedHeaders, openHeaders } from './http/fixed-headers.ts'
import { addHealthRoutes, type Start } from './http/health.ts'
import { InFlight } from './http/in-flight.ts'
import { type Log, logAborted, logRequest, note } from './http/log.ts'
import { rateLimits } from './http/rate-limits.ts'
import { sendError } from './http/reply.ts'
import { addFhirRoutes, noteAsked, queryOf } from './http/routes.ts'
import { cutSilent } from './http/silent-sockets.ts'
import { addWelcome } from './http/welcome.ts'
import { issuerOf } from './issuer.ts'
import { openOauth } from './oauth/open.ts'

/**
 * ms: a request that has not come in whole is given up, since its body is held in memory meanwhile; the same for its head,
 * which nobody has to send slowly; how often that is looked after; and how long an idle connection is kept.
 */
const TIMES = { request: 300_000, head: 15_000, look: 1_000, idle: 72_000 }

/** Builds the HTTP server, without listening. */
export function buildApp(services: Services, log: Log, start: Start = { done: true }): FastifyInstance {
  const { config, baseUrl, store } = services
  const inFlight = new InFlight(config.maxInFlight)
  const guard = config.auth ? () => undefined : guardBrowsers(config.publicUrl, config.corsOrigins)
  const headers = openHeaders(config.publicUrl)
  const refuse = refuserOf(services, inFlight)
  const app = fastify({
    ...serverOptions(services),
    // No hook is called for these.
    frameworkErrors: (error, request, reply) => {
      const asked = request as FastifyRequest
      headers.put(asked, reply)
      note(asked, { route: 'unknown' })
      reply.raw.once('finish', () => logRequest(log.logger, asked, reply.statusCode, reply.elapsedTime))
      void refuse(guard(asked) ?? fhirErrorOf(error), asked, reply)
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.decorateRequest('access', null)
  app.register(headers.load)
  cutSilent(app.server)
  addHooks(app, { guard, log, inFlight, headers })
  allowOrigins(app, config.corsOrigins)
  const limits = rateLimits(app, { fhir: config.rateLimit, oauth: config.oauthRateLimit })
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    noteAsked(request)
    const refusal = fhirErrorOf(error)
    if (DRAINED.has(refusal.kind)) await drain(request.raw)
    return refuse(refusal, request, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    note(request, { route: 'unknown' })
    return refuse(FhirError.of('not-found', 'There is nothing at this URL.'), request, reply)
  })
  addHealthRoutes(app, store, start)
  addWelcome(app, { baseUrl, auth: config.auth })
  const rights = config.auth ? openRights(services) : undefined
  const callers = rights && openCallers(services, rights)
  addFhirRoutes(app, { services, inFlight, ...openDoor(callers, () => limits.fhir) })
  if (rights) app.register((scope) => openOauth(scope, services, { accessFor: rights.of, limit: () => limits.oauth }))
  return app
}

/** Sends what stands in the place of an answer where nothing was carried out, and has it put on record. */
function refuserOf({ folded, config }: Services, inFlight: InFlight) {
  const issuer = issuerOf(config)
  return (error: FhirError, request: FastifyRequest, reply: FastifyReply) => {
    folded.add(refusedDeed(request, error.kind, issuer))
    return sendError(error, { request, reply, query: queryOf(request), inFlight })
  }
}

/** Refusals that come before the body was read: who still sends it would not see them. */
const DRAINED: ReadonlySet<ErrorKind> = new Set(['too-large', 'unavailable', 'unauthenticated', 'too-many-requests'])

function serverOptions({ config, folded }: Services) {
  const { maxBody, trustedProxies } = config
  return {
    bodyLimit: maxBody,
    requestTimeout: TIMES.request,
    keepAliveTimeout: TIMES.idle,
    http: { headersTimeout: TIMES.head, connectionsCheckingInterval: TIMES.look },
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: requestId,
    clientErrorHandler: (error, socket) => {
      if (answerBroken(error, socket)) folded.add(refusedDeed({ ip: socket.remoteAddress }, 'invalid', ''))
    },
    routerOptions: { maxParamLength: 4096, querystringParser: () => ({}) },
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '')),
  } satisfies FastifyHttpOptions<Server>
}

interface Around {
  guard: Guard
  log: Log
  inFlight: InFlight
  headers: FixedHeaders
}

/** Hooks with callbacks: each promise here would cost every request. */
function addHooks(app: FastifyInstance, { guard, log, inFlight, headers }: Around): void {
  let closing = false
  const answered = new WeakSet<FastifyRequest>()
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onRequest', (request, reply, done) => {
    headers.put(request, reply)
    // Fastify's own hook of an abort is not called once a body has come in whole.
    reply.raw.once('close', () => {
      if (answered.has(request)) return
      noteAsked(request)
      logAborted(log.logger, request)
    })
    done(guard(request))
  })
  app.addHook('preParsing', unpackBody)
  app.addHook('preParsing', bodyRoom(inFlight))
  app.addHook('onResponse', (request, reply, done) => {
    answered.add(request)
    logRequest(log.logger, request, reply.statusCode, reply.elapsedTime)
    // All of the answer is on its way; the connection would wait for a request that is not taken any more.
    if (closing) request.raw.socket.end()
    done()
  })
}

/** A client's own X-Request-Id is kept where it is harmless (R4 http, "Custom Headers"). */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const own = request.headers['x-request-id']
  return typeof own === 'string' && /^[\w.:-]{1,64}$/.test(own) ? own : `${PROCESS}-${(++requests).toString(36)}`
}

/** Told apart from other processes by a random part, from each other by a count. */
const PROCESS = randomBytes(6).toString('hex')
let requests = 0
