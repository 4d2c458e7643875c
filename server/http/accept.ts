import { FhirError } from '../../resources/fhir-error.ts'
import type { QueryPair } from '../../search/query.ts'
import { isFhir, isJson, mediaTypeOf } from './media.ts'

/** What an Accept header lets the server send. */
interface Accepted {
  json: boolean
  /** Whether a FHIR resource is asked for by name, in whatever form. */
  fhir: boolean
  any: boolean
}

/** Accept headers seen, with what they mean: clients send few different ones. */
const seen = new Map<string, Accepted>()
const MOST_SEEN = 100

/**
 * Throws `not-acceptable` unless the client takes FHIR JSON. `_format` goes before the Accept header (R4 http,
 * "Content Types and encodings").
 */
export function demandJson(accept: string | undefined, query: readonly QueryPair[]): void {
  const format = formatOf(query)
  if (format === undefined ? takesJson(accept) : isJson(format)) return
  throw FhirError.of('not-acceptable', 'This server answers in application/fhir+json.')
}

/**
 * Whether content is to come in its own form: no resource is asked for, by `_format`, by Accept or by wanting a part of it
 * (R4 binary).
 */
export function wantsNative(accept: string | undefined, query: readonly QueryPair[]): boolean {
  if (query.some(([name, value]) => (name === '_summary' || name === '_elements') && value !== '')) return false
  return formatOf(query) === undefined && !(accept && (acceptedBy(accept).fhir || acceptedBy(accept).json))
}

function takesJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true
  const { json, any } = acceptedBy(accept)
  return json || any
}

function formatOf(query: readonly QueryPair[]): string | undefined {
  const format = query.find(([name]) => name === '_format')?.[1]
  // A + in the query string came in as a space: `_format=application/fhir+json` is what everyone sends.
  return format ? mediaTypeOf(format.replace(' ', '+')) : undefined
}

function acceptedBy(accept: string): Accepted {
  let accepted = seen.get(accept)
  if (!accepted) {
    accepted = judge(accept)
    if (seen.size >= MOST_SEEN) seen.clear()
    if (accept.length < 1000) seen.set(accept, accepted)
  }
  return accepted
}

function judge(accept: string): Accepted {
  const types = accept
    .split(',')
    .filter((part) => !/;\s*q\s*=\s*0(\.0*)?\s*$/i.test(part))
    .map(mediaTypeOf)
  return {
    json: types.some(isJson),
    fhir: types.some(isFhir),
    any: types.includes('*/*') || types.includes('application/*'),
  }
}
