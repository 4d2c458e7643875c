import { PART } from './shelf.ts'

/** Bytes of a part as a bitmap. */
const BITMAP = PART / 8

/** A set of the ordinals 0 to size - 1. Operations change the set that they are called on, and give it. */
export class Ordinals {
  readonly size: number
  private readonly bits: Uint32Array

  constructor(size: number, bits = new Uint32Array(Math.ceil(size / 32))) {
    this.size = size
    this.bits = bits
  }

  static all(size: number): Ordinals {
    const bits = new Uint32Array(Math.ceil(size / 32)).fill(0xffffffff)
    if (size % 32 !== 0) bits[bits.length - 1] = 2 ** (size % 32) - 1
    return new Ordinals(size, bits)
  }

  static of(size: number, ordinals: Iterable<number>): Ordinals {
    const set = new Ordinals(size)
    for (const one of ordinals) set.add(one)
    return set
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.bits.byteLength
  }

  add(ordinal: number): void {
    this.bits[ordinal >>> 5]! |= 1 << (ordinal & 31)
  }

  has(ordinal: number): boolean {
    return (this.bits[ordinal >>> 5]! & (1 << (ordinal & 31))) !== 0
  }

  /** Adds a part of a posting (`encodePart`). */
  addPart(part: number, bytes: Uint8Array): this {
    const first = part * PART
    if (bytes.length === BITMAP) {
      for (let at = 0, word = first >>> 5; at < BITMAP && word < this.bits.length; at += 4, word++) {
        this.bits[word]! |= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      }
    } else {
      for (let at = 0; at + 1 < bytes.length; at += 2) this.add(first + bytes[at]! + (bytes[at + 1]! << 8))
    }
    return this
  }

  or(other: Ordinals): this {
    for (let at = 0; at < this.bits.length; at++) this.bits[at]! |= other.bits[at]!
    return this
  }

  and(other: Ordinals): this {
    for (let at = 0; at < this.bits.length; at++) this.bits[at]! &= other.bits[at]!
    return this
  }

  minus(other: Ordinals): this {
    for (let at = 0; at < this.bits.length; at++) this.bits[at]! &= ~other.bits[at]!
    return this
  }

  copy(): Ordinals {
    return new Ordinals(this.size, this.bits.slice())
  }

  get isEmpty(): boolean {
    return this.bits.every((word) => word === 0)
  }

  get count(): number {
    let count = 0
    for (const word of this.bits) count += ones(word)
    return count
  }

  /** Those behind the first `offset`, in their order, `most` of them. */
  page(offset: number, most: number): number[] {
    const found: number[] = []
    let skip = offset
    for (let at = 0; at < this.bits.length && found.length < most; at++) {
      let word = this.bits[at]!
      if (word === 0) continue
      const here = ones(word)
      if (skip >= here) {
        skip -= here
        continue
      }
      for (; word !== 0 && found.length < most; word &= word - 1) {
        if (skip > 0) skip--
        else found.push(at * 32 + 31 - Math.clz32(word & -word))
      }
    }
    return found
  }
}

function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555)
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333)
  return (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

/** A part of a posting: its ordinals less those of the parts before, ascending, as 16 bits each or as a bitmap. */
export function encodePart(ordinals: readonly number[]): Uint8Array {
  if (ordinals.length * 2 < BITMAP) {
    const list = new Uint8Array(ordinals.length * 2)
    for (const [at, ordinal] of ordinals.entries()) {
      list[at * 2] = ordinal & 255
      list[at * 2 + 1] = ordinal >>> 8
    }
    return list
  }
  const bitmap = new Uint8Array(BITMAP)
  for (const ordinal of ordinals) bitmap[ordinal >>> 3]! |= 1 << (ordinal & 7)
  return bitmap
}
