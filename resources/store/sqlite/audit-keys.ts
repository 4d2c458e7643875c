import { fingerprint } from '../audit-hash.ts'
import { halfAt, upperHalfAt } from './audit-segment.ts'

/** A key that is looked for: the halves of its fingerprint. */
interface Sought {
  upper: number
  half: number
}

/** Lists of keys of each of which one must be there. */
export class SoughtKeys {
  private readonly lists: { keys: Sought[]; found: number }[]

  constructor(keys: readonly (readonly string[])[]) {
    this.lists = keys.map((list) => ({ keys: [...new Set(list.map(fingerprint))].map(soughtOf), found: 0 }))
  }

  /** Whether it finds all records. */
  get none(): boolean {
    return this.lists.length === 0
  }

  /** Whether it finds nothing. */
  get impossible(): boolean {
    return this.lists.some(({ keys }) => keys.length === 0)
  }

  /** Whether the fingerprints of a record have one of each list. */
  fit(fingerprints: Uint8Array): boolean {
    return this.lists.every(({ keys }) => keys.some((key) => has(fingerprints, key)))
  }

  /**
   * The places in a segment, in ascending order, that may have one of each list. `placesOf` gives those of one half of a
   * fingerprint. The list that found the fewest before is asked first: where it finds nothing, no other is.
   */
  places(placesOf: (half: number) => number[]): number[] {
    this.lists.sort((one, other) => one.found - other.found)
    let common: number[] | undefined
    for (const list of this.lists) {
      const places = union(list.keys.map(({ half }) => placesOf(half)))
      list.found += places.length
      common = common === undefined ? places : intersection(common, places)
      if (common.length === 0) break
    }
    return common ?? []
  }
}

function soughtOf(fingerprint: string): Sought {
  return { upper: Number.parseInt(fingerprint.slice(0, 8), 16), half: Number.parseInt(fingerprint.slice(8), 16) }
}

function has(fingerprints: Uint8Array, { upper, half }: Sought): boolean {
  for (let at = 0; at < fingerprints.length / 8; at++) {
    if (halfAt(fingerprints, at) === half && upperHalfAt(fingerprints, at) === upper) return true
  }
  return false
}

function union(lists: number[][]): number[] {
  if (lists.length === 1) return lists[0]!
  return [...new Set(lists.flat())].sort((one, other) => one - other)
}

function intersection(one: number[], other: number[]): number[] {
  const places = new Set(other)
  return one.filter((place) => places.has(place))
}
