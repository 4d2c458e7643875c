import { randomBytes } from 'node:crypto'
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { systemAccess } from '../auth/access.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { Services } from './call.ts'
import { unpackBody } from './http/encoding.ts'
import { fhirErrorOf } from './http/errors.ts'
import { addHealthRoutes } from './http/health.ts'
import { type Log, logRequest, note } from './http/log.ts'
import { addFhirRoutes, queryOf, refuse } from './http/routes.ts'
import { addWelcome } from './http/welcome.ts'

/** Every door is open while AUTH is off. */
const OPEN = systemAccess('AUTH=off')

/** Builds the HTTP server, without listening. */
export function buildApp(services: Services, log: Log): FastifyInstance {
  const app = fastify({
    bodyLimit: services.config.maxBody,
    forceCloseConnections: 'idle',
    genReqId: requestId,
    routerOptions: { maxParamLength: 4096, querystringParser: () => ({}) },
    frameworkErrors: (error, request, reply) => {
      void refuse(fhirErrorOf(error), [], request as FastifyRequest, reply)
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('preParsing', unpackBody)
  // Hooks with callbacks: each promise here would cost every request.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    logRequest(log.logger, request, reply.statusCode, reply.elapsedTime)
    done()
  })
  app.setErrorHandler((error: FastifyError, request, reply) =>
    refuse(fhirErrorOf(error), queryOf(request), request, reply),
  )
  app.setNotFoundHandler((request, reply) => {
    note(request, { route: 'unknown' })
    return refuse(FhirError.of('not-found', 'There is nothing at this URL.'), queryOf(request), request, reply)
  })
  addHealthRoutes(app, services.store)
  addWelcome(app, services.baseUrl)
  addFhirRoutes(app, services, () => OPEN)
  return app
}

/** A client's own X-Request-Id is kept where it is harmless (R4 http, "Custom Headers"). */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const own = request.headers['x-request-id']
  return typeof own === 'string' && /^[\w.:-]{1,64}$/.test(own) ? own : `${PROCESS}-${(++requests).toString(36)}`
}

/** Told apart from other processes by a random part, from each other by a count. */
const PROCESS = randomBytes(6).toString('hex')
let requests = 0
