import { isUtf8 } from 'node:buffer'
import { FhirError } from '../fhir-error.ts'
import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, isSpace, OPEN_LIST, OPEN_OBJECT, QUOTE } from './bytes.ts'
import { checkEscapes } from './escapes.ts'
import { stringEnd } from './outline.ts'

/** Where the reading stops. */
class Stop {
  readonly offset: number

  constructor(offset: number) {
    this.offset = offset
  }
}

/**
 * The byte offset at which a text stops to be what `parseJson` takes: JSON in UTF-8, not nested too deeply, no name twice in an object.
 * Undefined where nothing is wrong with it. Slower than parsing: for texts that were refused.
 */
export function firstFault(bytes: Uint8Array, maxDepth: number): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isUtf8(text)) return firstBadLine(text)
  const start = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? 3 : 0
  try {
    new Reader(text, maxDepth).whole(start)
    return undefined
  } catch (error) {
    if (error instanceof Stop) return error.offset
    throw error
  }
}

/** Line feeds are part of no other character, so that lines can be looked at one by one. */
function firstBadLine(text: Buffer): number {
  for (let start = 0; ; ) {
    const feed = text.indexOf(0x0a, start)
    const line = text.subarray(start, feed < 0 ? text.length : feed)
    if (!isUtf8(line)) return start + Buffer.byteLength(line.toString().split('\ufffd', 1)[0] ?? '')
    if (feed < 0) return start
    start = feed + 1
  }
}

/** An object or list that is read: the names that an object has so far. */
interface Open {
  close: number
  names: Set<string> | undefined
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const LITERALS = ['true', 'false', 'null']

class Reader {
  private readonly text: Buffer
  private readonly maxDepth: number
  private readonly open: Open[] = []

  constructor(text: Buffer, maxDepth: number) {
    this.text = text
    this.maxDepth = maxDepth
  }

  whole(start: number): void {
    let at = this.value(this.behindSpace(start))
    while (this.open.length > 0) at = this.next(this.behindSpace(at))
    const end = this.behindSpace(at)
    if (end < this.text.length) throw new Stop(end)
  }

  /** Reads on within the innermost object or list: what follows one of its values, or its beginning. */
  private next(at: number): number {
    const { close } = this.open.at(-1)!
    if (this.text[at] === close) {
      this.open.pop()
      return at + 1
    }
    if (this.text[at] !== COMMA) throw new Stop(at)
    return this.item(this.behindSpace(at + 1))
  }

  /** A member of the innermost object, or an item of the innermost list. */
  private item(at: number): number {
    const { names } = this.open.at(-1)!
    return this.value(names ? this.name(at, names) : at)
  }

  private name(at: number, names: Set<string>): number {
    if (this.text[at] !== QUOTE) throw new Stop(at)
    const end = this.string(at)
    const name = this.text.toString('utf8', at, end)
    if (names.has(name)) throw new Stop(at)
    names.add(name)
    const colon = this.behindSpace(end)
    if (this.text[colon] !== COLON) throw new Stop(colon)
    return this.behindSpace(colon + 1)
  }

  /** Reads a value; of an object or list up to its first value. */
  private value(at: number): number {
    const byte = this.text[at]
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) return this.opened(at)
    if (byte === QUOTE) return this.string(at)
    return this.scalar(at)
  }

  private opened(at: number): number {
    if (this.open.length === this.maxDepth) throw new Stop(at)
    const isObject = this.text[at] === OPEN_OBJECT
    this.open.push({ close: isObject ? CLOSE_OBJECT : CLOSE_LIST, names: isObject ? new Set() : undefined })
    const first = this.behindSpace(at + 1)
    return this.text[first] === (isObject ? CLOSE_OBJECT : CLOSE_LIST) ? first : this.item(first)
  }

  private string(at: number): number {
    const { text } = this
    const end = stringEnd(text, at)
    if (end > text.length || text[end - 1] !== QUOTE || end === at + 1) throw new Stop(text.length)
    for (let next = at + 1; next < end - 1; next++) {
      if (text[next]! < 0x20) throw new Stop(next)
      if (text[next] !== BACKSLASH) continue
      if (!isEscape(text, next)) throw new Stop(next)
      next++
    }
    demandEscapes(text, at, end)
    return end
  }

  private scalar(at: number): number {
    const piece = this.text.toString('latin1', at, at + 400)
    const literal = LITERALS.find((one) => piece.startsWith(one))
    if (literal !== undefined) return at + literal.length
    NUMBER.lastIndex = 0
    const number = NUMBER.exec(piece)?.[0]
    if (number === undefined) throw new Stop(at)
    return at + number.length
  }

  private behindSpace(from: number): number {
    let at = from
    while (isSpace(this.text[at])) at++
    return at
  }
}

function isEscape(text: Buffer, at: number): boolean {
  if (text[at + 1] !== 0x75) return '"\\/bfnrt'.includes(String.fromCharCode(text[at + 1]!))
  return /^[0-9a-fA-F]{4}$/.test(text.toString('latin1', at + 2, at + 6))
}

function demandEscapes(text: Buffer, at: number, end: number): void {
  if (!text.subarray(at, end).includes(BACKSLASH)) return
  try {
    checkEscapes(text, at + 1, end)
  } catch (error) {
    if (error instanceof FhirError) throw new Stop(at)
    throw error
  }
}
