import { Random } from '../../server/demo/random.ts'

/** What is drawn by chance in the hospital: all from one seed. */
export class Draw extends Random {
  /** How often something happens in a time in which it does `mean` times on average (Poisson). */
  times(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()))
    const limit = Math.exp(-mean)
    let count = 0
    let product = this.unit()
    while (product > limit) {
      count++
      product *= this.unit()
    }
    return count
  }

  /** Below one, and 0 at least. */
  unit(): number {
    return this.integer(0, 2 ** 30 - 1) / 2 ** 30
  }

  /** One of a list, the first the likeliest: as 1 / (place + 8). */
  frequent<T>(list: readonly T[]): T {
    const reach = Math.log((list.length + 8) / 8)
    return list[Math.min(list.length - 1, Math.floor(8 * Math.exp(this.unit() * reach) - 8))]!
  }

  /** `count` different ones of a list at the most. */
  several<T>(list: readonly T[], count: number): T[] {
    const taken = new Set<T>()
    for (let attempt = 0; attempt < count * 8 && taken.size < Math.min(count, list.length); attempt++) {
      taken.add(this.pick(list))
    }
    return [...taken]
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit())
  }
}
