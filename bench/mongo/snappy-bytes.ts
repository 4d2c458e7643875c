/** Bits of the table of what was seen, and the shift that leaves so many of a word's hash. */
const TABLE = 1 << 14
const SHIFT = 18
const FACTOR = 0x1e35a7bd

/** Matches are of four bytes at least, and go in pieces of 64 at the most. */
const LEAST = 4
const PIECE = 64

/** How long a block is when Snappy has compressed it, about: its greedy search, without the bytes themselves. */
export function snappyBytes(block: Buffer): number {
  const seen = new Int32Array(TABLE).fill(-1)
  let length = 3
  let at = 0
  let literal = 0
  let tries = 32
  while (at + LEAST <= block.length) {
    const word = block.readUInt32LE(at)
    const slot = Math.imul(word, FACTOR) >>> SHIFT
    const before = seen[slot]!
    seen[slot] = at
    if (before < 0 || block.readUInt32LE(before) !== word) {
      // What does not compress is passed over faster and faster.
      at += tries++ >> 5
      continue
    }
    const size = matchAt(block, before, at)
    length += literalBytes(at - literal) + copyBytes(size, at - before)
    at += size
    literal = at
    tries = 32
  }
  return length + literalBytes(block.length - literal)
}

function matchAt(block: Buffer, before: number, at: number): number {
  let size = LEAST
  while (at + size < block.length && block[at + size] === block[before + size]) size++
  return size
}

function literalBytes(size: number): number {
  if (size === 0) return 0
  return size + (size <= 60 ? 1 : size <= 256 ? 2 : 3)
}

function copyBytes(size: number, distance: number): number {
  const rest = size % PIECE
  const short = rest >= LEAST && rest < 12 && distance < 2048 ? 2 : 3
  return Math.floor(size / PIECE) * 3 + (rest === 0 ? 0 : short)
}
