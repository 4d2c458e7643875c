import { setImmediate } from 'node:timers/promises'

/** Time that long work may hold the thread before it lets others through, in ms. */
const STRETCH = 8

/** Lets long work on the answering thread give way to requests that wait. */
export class Pace {
  private last = performance.now()

  /** Whether it is time to `rest`; asked in a loop, it costs no await while it is not. */
  get due(): boolean {
    return performance.now() - this.last > STRETCH
  }

  async rest(): Promise<void> {
    await setImmediate()
    this.last = performance.now()
  }
}
