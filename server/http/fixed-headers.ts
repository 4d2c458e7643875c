import helmet from '@fastify/helmet'
import { fastify } from 'fastify'

/** s that browsers remember to come by https alone. */
const REMEMBERED = 31_536_000

/**
 * The security headers that every answer carries, as helmet has them for what is no page: nothing in it may be run, framed or
 * told on. Helmet makes them anew with each request, which takes longer than a small read; here it is asked once.
 * `publicUrl` is how clients reach the server.
 */
export async function securityHeaders(publicUrl: string): Promise<Record<string, string>> {
  const app = fastify()
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] } },
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
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (own.includes(name) ? [] : [[name, String(value)]])))
}
