/** Pseudo-random numbers from a seed (mulberry32): the same seed gives the same numbers on every machine. */
export class Random {
  private state: number

  /** `stream` keeps sequences of one seed apart, so that a change in one leaves the others as they were. */
  constructor(seed: number, stream: number) {
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1))
  }

  /** A number from `low` to `high` with at most `digits` places after the point. */
  decimal(low: number, high: number, digits: number): number {
    return Number((low + this.fraction() * (high - low)).toFixed(digits))
  }

  /** One of a list that has at least one. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  private fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
