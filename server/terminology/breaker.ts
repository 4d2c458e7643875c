/** Failures in a row after which nothing is asked for a while. */
const FAILURES = 3

/** ms for which nothing is asked. */
const REST = 30_000

/** Leaves alone for a while what does not answer; then one question tries it, and the others wait for what becomes of it. */
export class Breaker {
  private failures = 0
  private restsUntil = 0
  private isTried = false
  private readonly now: () => number

  /** `now`: ms of a clock. */
  constructor(now: () => number) {
    this.now = now
  }

  /** Whether something may be asked. Who is told yes tells how it went. */
  ask(): boolean {
    if (this.failures < FAILURES) return true
    if (this.now() < this.restsUntil || this.isTried) return false
    this.isTried = true
    return true
  }

  succeeded(): void {
    this.failures = 0
    this.isTried = false
  }

  failed(): void {
    this.failures++
    this.isTried = false
    if (this.failures >= FAILURES) this.restsUntil = this.now() + REST
  }
}
