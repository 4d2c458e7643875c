import type { FastifyRequest } from 'fastify'
import { refused } from '../../auth/token/refused.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery } from '../../search/query.ts'

/**
 * The bearer token of a request's header (RFC 6750, 2.1); undefined where it has none. Throws `unauthenticated` for other
 * credentials, `invalid` for more than one, and for a token in the URL: that would stand in logs and histories.
 */
export function bearerOf({ raw }: FastifyRequest): string | undefined {
  refuseInUrl(raw.url ?? '')
  const { authorization } = raw.headers
  if (authorization === undefined) return undefined
  // Node keeps the first of several, and what stands in front of it may have judged another one.
  if (countOf(raw.rawHeaders, 'authorization') > 1) {
    throw FhirError.of('invalid', 'The request has more than one Authorization header.')
  }
  const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
  if (token === undefined) throw refused('The Authorization header has no bearer token.')
  return token
}

function refuseInUrl(url: string): void {
  const question = url.indexOf('?')
  if (question < 0 || !/access_token|%/i.test(url.slice(question))) return
  if (!parseQuery(url.slice(question + 1)).some(([name]) => name.toLowerCase() === 'access_token')) return
  throw FhirError.of('invalid', 'A token may come in the Authorization header alone, and never in a URL.')
}

function countOf(rawHeaders: readonly string[], wanted: string): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === wanted.length && name.toLowerCase() === wanted) count++
  }
  return count
}
