import type { DeclaredIndex } from '../../resources/store/mongo/indexes.ts'

type Fields = Readonly<Record<string, unknown>>

/** A key of an index, as bytes in whose order an index has it; without the number of its document. */
export function keysOf(document: Fields, key: DeclaredIndex['key']): Buffer[] {
  const paths = Object.keys(key)
  const array = paths.map((path) => path.split('.')[0]!).find((root) => Array.isArray(document[root]))
  const elements = array === undefined ? [undefined] : (document[array] as unknown[])
  const keys = elements.map((element) => {
    const values = paths.map((path) => {
      const [root, ...inner] = path.split('.')
      return root === array ? valueAt(element, inner) : valueAt(document, path.split('.'))
    })
    return Buffer.concat(values.map(bytesOf))
  })
  return [...new Map(keys.map((bytes) => [bytes.toString('latin1'), bytes])).values()]
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((at, name) => (at as Fields | undefined)?.[name], value)
}

/** What MongoDB's KeyString takes: a byte for the type, a NUL behind a text and one more byte for each in it. */
function bytesOf(value: unknown): Buffer {
  if (typeof value === 'string') {
    return Buffer.from(`\u003c${value.replaceAll('\u0000', '\u0000\u007f')}\u0000`)
  }
  if (typeof value === 'number') return numberBytes(value)
  if (typeof value === 'bigint') return integerBytes(value)
  return Buffer.from([value === undefined || value === null ? 20 : 110])
}

/** Whole numbers take as many bytes as they need, others eight. */
function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes.writeDoubleBE(Math.abs(value), 1)
  bytes[0] = value < 0 ? 29 : 43
  const whole = Number.isInteger(value) && Math.abs(value) < 2 ** 53
  return whole ? bytes.subarray(0, 2 + Math.ceil(Math.log2(Math.abs(value) * 2 + 2) / 8)) : bytes
}

/** An integer of 64 bits. */
function integerBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(9, 50)
  bytes.writeBigInt64BE(value, 1)
  return bytes
}

/** Bytes of a key behind those that it shares with the one in front of it. */
const NUMBER_OF_DOCUMENT = 4
/** Of a cell on a page: how long it is, how much it shares, and its empty value. */
const CELL = 4
/** Pages are so full where keys come in any order. */
const FULL = 0.8

/**
 * What keys take on disk and in the cache, in bytes: as WiredTiger keeps them, in order and each without what it begins
 * with as the one in front of it does; `plain` is what they are without that.
 */
export function sizeOf(keys: readonly Buffer[]): { plain: number; kept: number } {
  const sorted = [...keys].sort(Buffer.compare)
  let plain = 0
  let kept = 0
  for (const [at, key] of sorted.entries()) {
    const shared = at === 0 ? 0 : sharedBytes(sorted[at - 1]!, key)
    plain += key.length + NUMBER_OF_DOCUMENT
    kept += key.length - shared + NUMBER_OF_DOCUMENT + CELL
  }
  return { plain, kept: Math.round(kept / FULL) }
}

/** A prefix length is one byte, and a short one is not worth it. */
function sharedBytes(one: Buffer, other: Buffer): number {
  const most = Math.min(one.length, other.length, 255)
  let at = 0
  while (at < most && one[at] === other[at]) at++
  return at < 4 ? 0 : at
}
