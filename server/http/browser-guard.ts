import type { FastifyRequest } from 'fastify'
import { FhirError } from '../../resources/fhir-error.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/** The error for a request that must not come in. */
export type Guard = (request: FastifyRequest) => FhirError | undefined

/**
 * While every door is open, a page in a browser on this machine must not walk in: it can reach loopback, by a name of
 * its own that leads there (DNS rebinding) or by a form. Refuses requests for other hosts than this server's and
 * requests that another origin's page sends, unless it is among those `allowed`. `publicUrl` is how clients reach the
 * server. With AUTH on, a page has no token unless it was given one, and CORS says what it may see. The function gives the error
 * for a request that is refused.
 */
export function guardBrowsers(publicUrl: string, allowed: readonly string[] = []): Guard {
  const own = new URL(publicUrl)
  return ({ headers }) => {
    const { host, origin } = headers
    const name = host?.replace(/:\d+$/, '') ?? ''
    if (host !== undefined && host !== own.host && !LOOPBACK.test(name)) {
      return FhirError.of('forbidden', 'This server does not serve that host; PUBLIC_URL says which it serves.')
    }
    if (origin === undefined || origin === own.origin || origin === `http://${host}`) return undefined
    if (allowed.includes(origin)) return undefined
    return FhirError.of('forbidden', 'Pages of other origins may not use this server while AUTH is off.')
  }
}
