import { randomBytes } from 'node:crypto'
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { OPEN } from '../auth/access.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { Services } from './call.ts'
import { bodyRoom } from './http/body-room.ts'
import { answerBroken } from './http/broken.ts'
import { type Guard, guardBrowsers } from './http/browser-guard.ts'
import { drain } from './http/drain.ts'
import { unpackBody } from './http/encoding.ts'
import { fhirErrorOf } from './http/errors.ts'
import { addHealthRoutes, type Start } from './http/health.ts'
import { InFlight } from './http/in-flight.ts'
import { type Log, logAborted, logRequest, note } from './http/log.ts'
import { sendError } from './http/reply.ts'
import { addFhirRoutes, noteAsked, queryOf } from './http/routes.ts'
import { addWelcome } from './http/welcome.ts'

/** A request that has not come in whole after so many ms is given up: its body is held in memory meanwhile. */
const REQUEST_TIMEOUT = 300_000

/** Builds the HTTP server, without listening. */
export function buildApp(services: Services, log: Log, start: Start = { done: true }): FastifyInstance {
  const { config, baseUrl, store } = services
  const inFlight = new InFlight(config.maxInFlight)
  const guard = guardBrowsers(config.publicUrl)
  const refuse = (error: FhirError, request: FastifyRequest, reply: FastifyReply) =>
    sendError(error, { request, reply, query: queryOf(request), inFlight })
  const app = fastify({
    bodyLimit: config.maxBody,
    requestTimeout: REQUEST_TIMEOUT,
    forceCloseConnections: 'idle',
    genReqId: requestId,
    clientErrorHandler: answerBroken,
    routerOptions: { maxParamLength: 4096, querystringParser: () => ({}) },
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '')),
    // No hook is called for these.
    frameworkErrors: (error, request, reply) => {
      const asked = request as FastifyRequest
      reply.headers(headersOf(asked))
      note(asked, { route: 'unknown' })
      reply.raw.once('finish', () => logRequest(log.logger, asked, reply.statusCode, reply.elapsedTime))
      void refuse(guard(asked) ?? fhirErrorOf(error), asked, reply)
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  addHooks(app, guard, log, inFlight)
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    noteAsked(request)
    const refusal = fhirErrorOf(error)
    if (refusal.kind === 'too-large' || refusal.kind === 'unavailable') await drain(request.raw)
    return refuse(refusal, request, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    note(request, { route: 'unknown' })
    return refuse(FhirError.of('not-found', 'There is nothing at this URL.'), request, reply)
  })
  addHealthRoutes(app, store, start)
  addWelcome(app, baseUrl)
  addFhirRoutes(app, { services, inFlight, accessOf: () => OPEN })
  return app
}

/** Hooks with callbacks: each promise here would cost every request. */
function addHooks(app: FastifyInstance, guard: Guard, log: Log, inFlight: InFlight): void {
  let closing = false
  const answered = new WeakSet<FastifyRequest>()
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headersOf(request))
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

/** What every answer carries. */
function headersOf({ id }: FastifyRequest): Record<string, string> {
  return { 'x-request-id': id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
}

/** A client's own X-Request-Id is kept where it is harmless (R4 http, "Custom Headers"). */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const own = request.headers['x-request-id']
  return typeof own === 'string' && /^[\w.:-]{1,64}$/.test(own) ? own : `${PROCESS}-${(++requests).toString(36)}`
}

/** Told apart from other processes by a random part, from each other by a count. */
const PROCESS = randomBytes(6).toString('hex')
let requests = 0
