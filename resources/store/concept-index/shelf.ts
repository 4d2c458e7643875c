/** A key and what is kept under it. */
export type ShelfEntry = readonly [key: string, value: Uint8Array]

/** Bytes under keys that are in the order of their UTF-8: one generation of an edition, which never changes once it is published. */
export interface Shelf {
  /** Undefined for each key that is not there. */
  get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>
  /** Entries from one key on, before another one, in their order; `most` of them. */
  range(from: string, before: string, most: number): Promise<ShelfEntry[]>
}

/** Takes entries in whatever order, each key once. */
export interface ShelfWriter {
  put(entries: readonly ShelfEntry[]): Promise<void>
}

/** What follows all keys that begin in some way. */
export const BEHIND = '\u{10ffff}'

/** Ordinals in one part of a posting. */
export const PART = 65_536

/** Places in one part of the walk through the hierarchy. */
export const WALK_PART = 8_192

/** The longest value of a property that is told apart in a key. */
const LONGEST_VALUE = 64

/** A number so that keys are in its order. */
const ordered = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

export const recordKey = (ordinal: number) => `r${ordered(ordinal, 7)}`
export const nodeKey = (bare: string, code: string) => `n${bare} ${code}`
export const walkKey = (part: number) => `a${ordered(part, 5)}`
export const vocabularyKey = (part: number) => `v${ordered(part, 5)}`
export const postingKey = (field: string, value: string, part: number) => `p${field}\t${value}\t${ordered(part, 3)}`

/** The field and the value of a posting's key, and which part of it this is. */
export function postingOf(key: string): { value: string; part: number } {
  const field = key.indexOf('\t')
  return { value: key.slice(field + 1, -4), part: Number.parseInt(key.slice(-3), 16) }
}

/** The code of a node's key. */
export const codeOfNode = (key: string) => key.slice(key.indexOf(' ') + 1)

/** A property's value as keys have it; another value may have the same. */
export function valueKey(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are parted by a tab
  const plain = value.toWellFormed().replace(/[\u0000-\u001f]/g, '\ufffd')
  return plain.length <= LONGEST_VALUE ? plain : `${plain.slice(0, LONGEST_VALUE - 1).toWellFormed()}…`
}

/** Whether no other value than this has its key. */
export const isExactKey = (value: string) =>
  valueKey(value) === value && !value.endsWith('…') && !value.includes('\ufffd')
