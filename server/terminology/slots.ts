/** So many may do something at once; others wait for their turn, in order. */
export class Slots {
  private free: number
  private readonly waiting: (() => void)[] = []
  private readonly mostWaiting: number

  constructor(most: number, mostWaiting: number) {
    this.free = most
    this.mostWaiting = mostWaiting
  }

  /** Whether there is a turn; false at once where too many wait. Who has it gives it back. */
  async take(): Promise<boolean> {
    if (this.free > 0) {
      this.free--
      return true
    }
    if (this.waiting.length >= this.mostWaiting) return false
    await new Promise<void>((resolve) => this.waiting.push(resolve))
    return true
  }

  giveBack(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.free++
  }
}
