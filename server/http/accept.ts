import { FhirError } from '../../resources/fhir-error.ts'
import type { QueryPair } from '../../search/query.ts'

const FHIR_JSON = new Set(['application/fhir+json', 'application/json', 'text/json', 'application/json+fhir', 'json'])
const ANY = new Set(['*/*', 'application/*'])

/** Accept headers seen, with what they mean: clients send few different ones. */
const seen = new Map<string, Media>()
const MOST_SEEN = 100

/** What a client accepts: FHIR JSON asked for by name, anything, or neither. */
export type Media = 'fhir' | 'any' | 'none'

/** The media type without its parameters, in lower case. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]!.trim().toLowerCase()
}

/**
 * Throws `not-acceptable` unless the client takes FHIR JSON. `_format` goes before the Accept header (R4 http,
 * "Content Types and encodings").
 */
export function demandJson(accept: string | undefined, query: readonly QueryPair[]): void {
  if (wanted(accept, query) !== 'none') return
  throw FhirError.of('not-acceptable', 'This server answers in application/fhir+json.')
}

/** What the client wants, by `_format` or else by Accept. */
export function wanted(accept: string | undefined, query: readonly QueryPair[]): Media {
  const format = query.find(([name]) => name === '_format')?.[1]
  // A + in the query string came in as a space: `_format=application/fhir+json` is what everyone sends.
  if (format) return FHIR_JSON.has(mediaTypeOf(format.replace(' ', '+'))) ? 'fhir' : 'none'
  if (accept === undefined || accept === '') return 'any'
  let media = seen.get(accept)
  if (!media) {
    media = judge(accept)
    if (seen.size >= MOST_SEEN) seen.clear()
    if (accept.length < 1000) seen.set(accept, media)
  }
  return media
}

function judge(accept: string): Media {
  const accepted = accept
    .split(',')
    .filter((part) => !/;\s*q\s*=\s*0(\.0*)?\s*$/i.test(part))
    .map(mediaTypeOf)
  if (accepted.some((type) => FHIR_JSON.has(type))) return 'fhir'
  return accepted.some((type) => ANY.has(type)) ? 'any' : 'none'
}
