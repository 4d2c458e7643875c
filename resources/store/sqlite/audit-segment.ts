/**
 * A segment is the index of a run of records, 65,536 at the most: for each of their keys the lower half of its fingerprint and
 * the record's place in the run. It never changes, so that it lies packed: sorted, and cut by the first bits of fingerprints
 * into blocks, of which one is read to find a key. Fingerprints are spread evenly, and so the blocks are small. A block has the
 * halves of fingerprints (4 bytes each, the lowest first), then the places (2 bytes each). Halves may be those of another key
 * as well: who finds a record looks at its whole fingerprints.
 */

const PLACES = 65_536
const BYTES = 6

/** Entries of a block, about, by the segment's level: some share a page; those of the first are soon read to be merged. */
const PER_BLOCK = [640, 128]

/** What an index entry is sorted by, as one number. */
export function segmentEntry(half: number, place: number): number {
  return half * PLACES + place
}

/** The lower half of a fingerprint, of those that stand behind each other in `keys`. */
export function halfAt(keys: Uint8Array, at: number): number {
  return numberAt(keys, at * 8 + 4)
}

/** The upper half of one. */
export function upperHalfAt(keys: Uint8Array, at: number): number {
  return numberAt(keys, at * 8)
}

function numberAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** By how many bits of their fingerprints so many entries of a segment of this level are cut into blocks. */
export function blockBits(entries: number, level: number): number {
  return Math.max(0, Math.ceil(Math.log2(entries / PER_BLOCK[level]!)))
}

/** Which block of a segment has a fingerprint. */
export function blockOf(half: number, bits: number): number {
  return bits === 0 ? 0 : half >>> (32 - bits)
}

/** The blocks of sorted entries that have any. */
export function* segmentBlocks(entries: Float64Array, bits: number): Generator<[block: number, bytes: Uint8Array]> {
  const blockAt = (at: number) => blockOf(Math.floor(entries[at]! / PLACES), bits)
  for (let start = 0; start < entries.length; ) {
    const block = blockAt(start)
    let end = start + 1
    while (end < entries.length && blockAt(end) === block) end++
    yield [block, blockBytes(entries.subarray(start, end))]
    start = end
  }
}

/** The entries of a block as numbers, into an array from a place on; gives the place behind them. */
export function readBlock(bytes: Uint8Array, shift: number, into: Float64Array, at: number): number {
  const block = new Block(bytes)
  for (let n = 0; n < block.size; n++) into[at + n] = segmentEntry(block.half(n), block.place(n) + shift)
  return at + block.size
}

/** Number of entries in so many bytes of blocks. */
export function entriesIn(bytes: number): number {
  return bytes / BYTES
}

/** The records of a segment that may have a key: their places, in ascending order, as they stand in its block. */
export class KeyPlaces {
  readonly size: number
  private readonly block: Block
  private readonly start: number

  constructor(bytes: Uint8Array, half: number) {
    this.block = new Block(bytes)
    this.start = firstIn(0, this.block.size, (at) => this.block.half(at) >= half)
    this.size = firstIn(this.start, this.block.size, (at) => this.block.half(at) > half) - this.start
  }

  at(index: number): number {
    return this.block.place(this.start + index)
  }

  has(place: number): boolean {
    const end = this.start + this.size
    const at = firstIn(this.start, end, (index) => this.block.place(index) >= place)
    return at < end && this.block.place(at) === place
  }
}

class Block {
  readonly size: number
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.size = entriesIn(bytes.byteLength)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  half(at: number): number {
    return this.view.getUint32(at * 4, true)
  }

  place(at: number): number {
    return this.view.getUint16(this.size * 4 + at * 2, true)
  }
}

/** The first index that fits, of those from `low` to before `high`, where all that come behind one that fits do; else `high`. */
function firstIn(low: number, high: number, fits: (at: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (fits(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function blockBytes(entries: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(entries.length * BYTES))
  for (const [at, entry] of entries.entries()) {
    const half = Math.floor(entry / PLACES)
    view.setUint32(at * 4, half, true)
    view.setUint16(entries.length * 4 + at * 2, entry - half * PLACES, true)
  }
  return new Uint8Array(view.buffer)
}
