/** ms that a size counts as known, and how many are at the most. */
const LIFE = 2_000
const MOST = 2_000

/** Characters of a name that is remembered: names hold what was asked for, however long that is. */
const LONGEST = 1_000

/**
 * How much indexes gave when they were last asked. It chooses between ways to the same answer, so that it may be out of
 * date: what is asked for again and again need not be measured each time.
 */
export class Sizes {
  private known = new Map<string, { size: number; most: number }>()
  private since = 0

  /** How much the index of this name gives, counted up to `most`: as it is known, or as it is measured now. */
  get(name: string, most: number, measure: () => number): number {
    if (name.length > LONGEST) return measure()
    const now = performance.now()
    if (now - this.since > LIFE || this.known.size >= MOST) {
      this.known = new Map()
      this.since = now
    }
    const known = this.known.get(name)
    // What was counted to its end, or as far as is asked for.
    if (known && (known.size < known.most || most <= known.most)) return Math.min(known.size, most)
    const size = measure()
    this.known.set(name, { size, most })
    return size
  }
}
