import { createHash } from 'node:crypto'

/** What tells leaves from nodes (RFC 6962, 2.1). */
const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

/** The Merkle tree hash of a list (RFC 6962, 2.1), of which no more is kept than a hash for each level. */
export class MerkleRoot {
  /** Roots of whole trees from left to right, with the number of their leaves, which falls. */
  private readonly trees: { leaves: number; hash: Buffer }[] = []

  /** Adds a leaf: a hash in hexadecimal. */
  add(leaf: string): void {
    let tree = { leaves: 1, hash: digest(LEAF, Buffer.from(leaf, 'hex')) }
    while (this.trees.at(-1)?.leaves === tree.leaves) {
      const left = this.trees.pop()!
      tree = { leaves: left.leaves * 2, hash: digest(NODE, left.hash, tree.hash) }
    }
    this.trees.push(tree)
  }

  /** Of all leaves so far, in hexadecimal; of none the hash of nothing. */
  get value(): string {
    const [last, ...rest] = this.trees.toReversed().map(({ hash }) => hash)
    return (last ? rest.reduce((right, left) => digest(NODE, left, right), last) : digest()).toString('hex')
  }
}

function digest(...parts: Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
