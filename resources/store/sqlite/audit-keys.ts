import { fingerprint } from '../audit-hash.ts'
import { halfAt, type KeyPlaces, upperHalfAt } from './audit-segment.ts'

/** A key that is looked for: the halves of its fingerprint. */
interface Sought {
  upper: number
  half: number
}

/** Of so few records the rows are read sooner than the blocks of further keys, some of which are large. */
const FEW = 8

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
   * The places in a segment, in ascending order, that may have one of each list; `placesOf` gives those of one half of a
   * fingerprint. The list that found the fewest before is asked first: where it finds nothing, or few, no other is, since who
   * finds records looks at their keys.
   */
  places(placesOf: (half: number) => KeyPlaces | undefined): number[] {
    this.lists.sort((one, other) => one.found - other.found)
    const all: { size: number; some: KeyPlaces[] }[] = []
    for (const list of this.lists) {
      const some = list.keys.flatMap(({ half }) => placesOf(half) ?? [])
      const size = some.reduce((sum, places) => sum + places.size, 0)
      list.found += size
      if (size === 0) return []
      all.push({ size, some })
      if (size <= FEW) break
    }
    const [least, ...others] = all.sort((one, other) => one.size - other.size)
    return union(least!.some).filter((place) => others.every(({ some }) => some.some((places) => places.has(place))))
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

function union(some: readonly KeyPlaces[]): number[] {
  const lists = some.map((places) => Array.from({ length: places.size }, (_, at) => places.at(at)))
  return lists.length === 1 ? lists[0]! : [...new Set(lists.flat())].sort((one, other) => one - other)
}
