import helmet from '@fastify/helmet'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'

/** s that browsers remember to come by https alone. */
const REMEMBERED = 31_536_000

/** Headers that every answer carries. */
export interface FixedHeaders {
  put(request: FastifyRequest, reply: FastifyReply): void
  /** Is to be waited for before the first answer. */
  load(): Promise<void>
}

/** Opens them; `publicUrl` is how clients reach the server. What is answered is of patients, and kept by nobody on the way. */
export function openHeaders(publicUrl: string): FixedHeaders {
  const fixed: Record<string, string> = { 'cache-control': 'no-store' }
  return {
    put({ id }, reply) {
      reply.headers(fixed)
      reply.header('x-request-id', id)
    },
    async load() {
      Object.assign(fixed, await securityHeaders(publicUrl))
    },
  }
}

/**
 * As helmet has them for what is no page: nothing in it may be run, framed or told on. Helmet makes them anew with each
 * request, which takes as long as a small read; here it is asked once.
 */
async function securityHeaders(publicUrl: string): Promise<Record<string, string>> {
  const app = fastify()
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: REMEMBERED, includeSubDomains: false },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // For pages of browsers that are no more, and for pages that open others.
    crossOriginOpenerPolicy: false,
    dnsPrefetchControl: false,
    ieNoOpen: false,
    originAgentCluster: false,
    permittedCrossDomainPolicies: false,
    xssFilter: false,
  })
  app.get('/', async () => '')
  const { headers } = await app.inject('/')
  await app.close()
  const own = ['content-length', 'content-type', 'date', 'connection']
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.includes(name) ? [] : [[name, String(value)]])),
  )
}
