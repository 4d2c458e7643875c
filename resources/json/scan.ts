import { isUtf8 } from 'node:buffer'
import { FhirError } from '../fhir-error.ts'
import { BACKSLASH, COLON, COMMA, isSpace, QUOTE } from './bytes.ts'
import { checkEscapes } from './escapes.ts'

/** What one pass over a JSON text tells. */
export interface Scan {
  /** The text without white space between tokens; every token as it was sent. */
  text: Buffer
  /** Number of members in all objects: more than the parsed value has means that a name stands twice. */
  members: number
}

/**
 * One pass over a JSON text before it is parsed: drops white space between tokens and refuses what a parser would
 * let through or choke on: invalid UTF-8, nesting deeper than `maxDepth`, member names written with escapes, escaped
 * control characters and lone surrogates (R4 datatypes, string). Everything else that is not JSON is left for
 * JSON.parse to refuse.
 */
export function scan(bytes: Uint8Array, maxDepth: number): Scan {
  if (!isUtf8(bytes)) throw FhirError.of('invalid', 'The body is not valid UTF-8.', { code: 'structure' })
  const source = withoutMark(bytes)
  const end = source.length
  const tokens = new TokenRuns(source)
  let at = 0
  let members = 0
  let depth = 0
  while (at < end) {
    const byte = source[at++]!
    if (byte === QUOTE) {
      const start = at
      let escaped = false
      while (at < end) {
        const inner = source[at++]!
        if (inner === QUOTE) break
        if (inner === BACKSLASH) {
          escaped = true
          at++
        }
      }
      if (escaped) checkEscapes(source, start, at)
    } else if (byte <= 0x20) {
      at = tokens.dropSpace(at - 1)
    } else if (byte === COLON) {
      members++
    } else if ((byte | 0x20) === 0x7b) {
      if (++depth > maxDepth) throw tooDeep(maxDepth)
    } else if ((byte | 0x20) === 0x7d) {
      depth--
    }
  }
  return { text: tokens.join(), members }
}

/** Collects the stretches of a text that lie between the white space. */
class TokenRuns {
  private readonly source: Buffer
  private target: Buffer | undefined
  private length = 0
  private runStart = 0

  constructor(source: Buffer) {
    this.source = source
  }

  /** Leaves out the white space at `at` and returns the offset of what follows it. */
  dropSpace(at: number): number {
    const { source } = this
    let next = at
    while (next < source.length && isSpace(source[next])) next++
    // Two scalars with only space between would merge: `[1 2]` is not `[12]`. The parser sees the space and refuses.
    const merges = isScalar(source[at - 1]) && isScalar(source[next])
    if (next === at || merges) return Math.max(next, at + 1)
    this.append(at)
    this.runStart = next
    return next
  }

  join(): Buffer {
    if (!this.target) return this.source
    this.append(this.source.length)
    return this.target.subarray(0, this.length)
  }

  private append(end: number): void {
    this.target ??= Buffer.allocUnsafe(this.source.length)
    this.length += this.source.copy(this.target, this.length, this.runStart, end)
  }
}

function withoutMark(bytes: Uint8Array): Buffer {
  const skip = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return Buffer.from(bytes.buffer, bytes.byteOffset + skip, bytes.byteLength - skip)
}

function tooDeep(maxDepth: number): FhirError {
  return FhirError.of('invalid', `The body is nested deeper than ${maxDepth} levels.`, { code: 'structure' })
}

/** Whether a byte may be part of a number or a literal. */
function isScalar(byte: number | undefined): boolean {
  if (byte === undefined || byte === COMMA || byte === COLON || byte === QUOTE || isSpace(byte)) return false
  return (byte | 0x20) !== 0x7b && (byte | 0x20) !== 0x7d
}
