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

/** The member of this name in the object that starts at `at`; what stands behind it is not looked at. */
export function memberRange(text: Buffer, at: number, wanted: string): MemberRange | undefined {
  const start = memberStart(text, at, wanted)
  return start && { ...start, end: valueEnd(text, start.valueStart) }
}

/** As `memberRange`, without looking for the end of the value, which may be megabytes away. */
export function memberStart(text: Buffer, at: number, wanted: string): Omit<MemberRange, 'end'> | undefined {
  let next = at + 1
  while (text[next] === QUOTE) {
    const nameEnd = stringEnd(text, next)
    if (isName(text, next, nameEnd, wanted)) return { start: next, valueStart: nameEnd + 1 }
    const end = valueEnd(text, nameEnd + 1)
    next = text[end] === COMMA ? end + 1 : end
  }
  return undefined
}

/** An item of a list; of an object also where the value of its member of a given name lies. */
export interface ItemRange {
  start: number
  end: number
  member?: MemberRange
}

/**
 * The items of the list that starts at `at`, one after the other, with the place of their member `wanted`. Same demands
 * on the text as `memberRanges`; where it is no valid JSON, the items end early.
 */
export function* itemRanges(text: Buffer, at: number, wanted: string): Generator<ItemRange> {
  let next = at + 1
  while (next < text.length && text[next] !== CLOSE_LIST) {
    const item =
      text[next] === OPEN_OBJECT ? objectRange(text, next, wanted) : { start: next, end: valueEnd(text, next) }
    yield item
    if (text[item.end] !== COMMA && text[item.end] !== CLOSE_LIST) return
    next = text[item.end] === COMMA ? item.end + 1 : item.end
  }
}

function objectRange(text: Buffer, start: number, wanted: string): ItemRange {
  let member: MemberRange | undefined
  let next = start + 1
  while (text[next] === QUOTE) {
    const nameEnd = stringEnd(text, next)
    const end = valueEnd(text, nameEnd + 1)
    if (isName(text, next, nameEnd, wanted)) member = { start: next, valueStart: nameEnd + 1, end }
    next = text[end] === COMMA ? end + 1 : end
  }
  return { start, end: next + 1, ...(member ? { member } : {}) }
}

function isName(text: Buffer, start: number, end: number, wanted: string): boolean {
  return end - start - 2 === wanted.length && text.toString('latin1', start + 1, end - 1) === wanted
}

/**
 * Offsets of the string values (not of names) in document order, quotes included, up to the one numbered `last`: start,
 * end, start, end … The n-th pair belongs to the n-th string that a walk over the parsed value meets.
 */
export function stringRanges(text: Buffer, last: number): number[] {
  const ranges: number[] = []
  let at = 0
  while (at < text.length && ranges.length <= last * 2) {
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

/** The offset behind the string that starts at `at`. */
export function stringEnd(text: Buffer, at: number): number {
  let next = at + 1
  while (next < text.length && text[next] !== QUOTE) next += text[next] === BACKSLASH ? 2 : 1
  return next + 1
}

/** The offset behind the value that starts at `at`; of one that is no string, list or object, up to what ends it. */
export function valueEnd(text: Buffer, at: number): number {
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
