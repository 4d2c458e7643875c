import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './bytes.ts'

/** Offsets of one member in a text: from the quote of its name to the end of its value. */
export interface MemberRange {
  start: number
  valueStart: number
  end: number
}

/**
 * The members of the object that starts at `at`, by name, with their offsets. The text must be valid JSON without
 * white space between tokens and without escapes in names (`scan` has seen to both).
 */
export function memberRanges(text: Buffer, at = 0): Map<string, MemberRange> {
  const ranges = new Map<string, MemberRange>()
  let next = at + 1
  while (text[next] === QUOTE) {
    const nameEnd = stringEnd(text, next)
    const name = text.toString('latin1', next + 1, nameEnd - 1)
    const end = valueEnd(text, nameEnd + 1)
    ranges.set(name, { start: next, valueStart: nameEnd + 1, end })
    next = text[end] === COMMA ? end + 1 : end
  }
  return ranges
}

/** Start and end of each item of the list that starts at `at`. Same demands on the text as `memberRanges`. */
export function itemRanges(text: Buffer, at: number): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = []
  let next = at + 1
  while (next < text.length && text[next] !== CLOSE_LIST) {
    const end = valueEnd(text, next)
    ranges.push({ start: next, end })
    next = text[end] === COMMA ? end + 1 : end
    if (end === next && text[next] !== CLOSE_LIST) break
  }
  return ranges
}

/**
 * Offsets of every string value (not of names) in document order, quotes included: start, end, start, end …
 * The n-th pair belongs to the n-th string that a walk over the parsed value meets.
 */
export function stringRanges(text: Buffer): number[] {
  const ranges: number[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] !== QUOTE) {
      at++
      continue
    }
    const end = stringEnd(text, at)
    if (text[end] !== COLON) ranges.push(at, end)
    at = end
  }
  return ranges
}

function stringEnd(text: Buffer, at: number): number {
  let next = at + 1
  while (next < text.length && text[next] !== QUOTE) next += text[next] === BACKSLASH ? 2 : 1
  return next + 1
}

function valueEnd(text: Buffer, at: number): number {
  const first = text[at]
  if (first === QUOTE) return stringEnd(text, at)
  if (first === OPEN_OBJECT || first === OPEN_LIST) return bracketEnd(text, at)
  let next = at
  while (next < text.length && !isEnd(text[next]!)) next++
  return next
}

function bracketEnd(text: Buffer, at: number): number {
  let depth = 0
  let next = at
  while (next < text.length) {
    const byte = text[next]!
    if (byte === QUOTE) {
      next = stringEnd(text, next)
      continue
    }
    next++
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) return next
  }
  return next
}

function isEnd(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST
}
