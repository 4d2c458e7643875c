import { FhirError } from '../resources/fhir-error.ts'

/** Parameters of one search at the most: more is no question but an attack. */
const MOST_PARAMETERS = 256

/** A name with its modifiers as sent, and its value. */
export type QueryPair = readonly [name: string, value: string]

/**
 * Reads a query string (without `?`) or a form body. Pairs without a name are dropped. Throws `invalid` for broken
 * percent-encoding, which must not pass as something else, and for more than 256 parameters.
 */
export function parseQuery(text: string): QueryPair[] {
  if (text === '') return []
  const parts = text.split('&').filter((part) => part !== '')
  if (parts.length > MOST_PARAMETERS) {
    throw FhirError.of('invalid', `More than ${MOST_PARAMETERS} parameters.`, { code: 'too-costly' })
  }
  return parts.map(readPair).filter(([name]) => name !== '')
}

/** Writes pairs as a query string. */
export function printQuery(pairs: readonly QueryPair[]): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeValue(value)}`).join('&')
}

function readPair(part: string): QueryPair {
  const equals = part.indexOf('=')
  return equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw FhirError.of('invalid', 'The query string has broken percent-encoding.', { code: 'structure' })
  }
}

/** Leaves readable what a query string may hold as it is. */
function encodeValue(value: string): string {
  const encoded = encodeURIComponent(value)
  if (!encoded.includes('%')) return encoded
  return encoded.replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/')
}
