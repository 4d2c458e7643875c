import { isUtf8 } from 'node:buffer'
import { FhirError } from '../fhir-error.ts'
import type { Pace } from '../pace.ts'
import { BACKSLASH, COLON, QUOTE } from './bytes.ts'
import { checkEscapes } from './escapes.ts'
import { TokenRuns } from './token-runs.ts'

/** What one pass over a JSON text tells. */
export interface Scan {
  /** The text without white space between tokens; every token as it was sent. */
  text: Buffer
  /** Number of members in all objects: more than the parsed value has means that a name stands twice. */
  members: number
}

/** Bytes that a paced scan reads between two looks at the clock. */
const STEP = 256 * 1024

/**
 * One pass over a JSON text before it is parsed: drops white space between tokens and refuses what a parser would
 * let through or choke on: invalid UTF-8, nesting deeper than `maxDepth`, member names written with escapes, escaped
 * control characters and lone surrogates (R4 datatypes, string). Everything else that is not JSON is left for
 * JSON.parse to refuse.
 */
export function scan(bytes: Uint8Array, maxDepth: number): Scan {
  const scanner = new Scanner(bytes, maxDepth)
  scanner.advance(bytes.length)
  return scanner.end()
}

/** As `scan`, for texts of many megabytes: gives way to others in between. */
export async function scanPaced(bytes: Uint8Array, maxDepth: number, pace: Pace): Promise<Scan> {
  const scanner = new Scanner(bytes, maxDepth)
  for (let until = STEP; until < bytes.length; until += STEP) {
    scanner.advance(until)
    if (pace.due) await pace.rest()
  }
  scanner.advance(bytes.length)
  return scanner.end()
}

class Scanner {
  private readonly source: Buffer
  private readonly maxDepth: number
  private readonly tokens: TokenRuns
  private at = 0
  private members = 0
  private depth = 0

  constructor(bytes: Uint8Array, maxDepth: number) {
    if (!isUtf8(bytes)) throw FhirError.of('invalid', 'The body is not valid UTF-8.', { code: 'structure' })
    this.source = withoutMark(bytes)
    this.tokens = new TokenRuns(this.source)
    this.maxDepth = maxDepth
  }

  /** Reads on until an offset is passed; a string that begins before it is read to its end. */
  advance(until: number): void {
    const { source, tokens } = this
    const end = Math.min(until, source.length)
    let { at, members, depth } = this
    while (at < end) {
      const byte = source[at++]!
      if (byte === QUOTE) {
        at = this.passString(at)
      } else if (byte <= 0x20) {
        at = tokens.dropSpace(at - 1)
      } else if (byte === COLON) {
        members++
      } else if ((byte | 0x20) === 0x7b) {
        if (++depth > this.maxDepth) throw tooDeep(this.maxDepth)
      } else if ((byte | 0x20) === 0x7d) {
        depth--
      }
    }
    this.at = at
    this.members = members
    this.depth = depth
  }

  end(): Scan {
    return { text: this.tokens.join(), members: this.members }
  }

  /** `start` is the byte after the opening quote; returns the one after the closing quote. */
  private passString(start: number): number {
    const { source } = this
    const end = source.length
    let at = start
    let escaped = false
    while (at < end) {
      const byte = source[at++]!
      if (byte === QUOTE) break
      if (byte === BACKSLASH) {
        escaped = true
        at++
      }
    }
    if (escaped) checkEscapes(source, start, at)
    return at
  }
}

function withoutMark(bytes: Uint8Array): Buffer {
  const skip = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return Buffer.from(bytes.buffer, bytes.byteOffset + skip, bytes.byteLength - skip)
}

function tooDeep(maxDepth: number): FhirError {
  return FhirError.of('invalid', `The body is nested deeper than ${maxDepth} levels.`, { code: 'structure' })
}
