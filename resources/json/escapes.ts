import { FhirError } from '../fhir-error.ts'
import { BACKSLASH, COLON, isSpace } from './bytes.ts'

/**
 * Looks at the escapes of one string: `from` is the byte after its opening quote, `to` the one after its closing
 * quote. Throws an `invalid` FhirError for a member name with escapes, control characters (other than tab, line feed
 * and carriage return) and lone surrogates.
 */
export function checkEscapes(source: Buffer, from: number, to: number): void {
  let next = to
  while (isSpace(source[next])) next++
  if (source[next] === COLON) throw refused('A member name is written with escapes.')
  for (let at = from; at < to; at++) {
    if (source[at] !== BACKSLASH) continue
    at++
    if (source[at] === 0x62 || source[at] === 0x66) throw refused('A string holds a control character.')
    if (source[at] === 0x75) at = checkUnicodeEscape(source, at)
  }
}

/** `at` stands on the u of an escape; returns the offset of its last byte (of the pair, for a surrogate pair). */
function checkUnicodeEscape(source: Buffer, at: number): number {
  const unit = codeUnit(source, at + 1)
  if (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) {
    throw refused('A string holds a control character.')
  }
  if (unit < 0xd800 || unit > 0xdfff) return at + 4
  const paired = unit < 0xdc00 && source[at + 5] === BACKSLASH && source[at + 6] === 0x75
  const low = paired ? codeUnit(source, at + 7) : 0
  if (low < 0xdc00 || low > 0xdfff) throw refused('A string holds half of a surrogate pair.')
  return at + 10
}

/** What is not four hexadecimal digits counts as a harmless unit: the parser refuses it afterwards. */
function codeUnit(source: Buffer, at: number): number {
  const digits = source.toString('latin1', at, at + 4)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : 0x20
}

function refused(diagnostics: string): FhirError {
  return FhirError.of('invalid', diagnostics, { code: 'structure' })
}
