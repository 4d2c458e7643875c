import type { Shared } from '../../resources/store/shared.ts'

/** ms that a turn lasts, and after which it is renewed: who ends without giving it back keeps the others waiting so long. */
const LASTS = 15_000
const RENEWED = 5_000

/** The turn to do a job: of the processes on a store one at a time has it. Where there is one process it always has. */
export class Turn {
  readonly name: string
  private readonly shared: Shared | undefined
  private renewal: NodeJS.Timeout | undefined
  private mine = false

  constructor(shared: Shared | undefined, name: string) {
    this.shared = shared
    this.name = name
  }

  /** Whether this process has it, as far as it knows; a commit under its name (`Unit.lease`) makes sure. */
  get isMine(): boolean {
    return this.shared === undefined || this.mine
  }

  /** Takes it, or has it already; answers whether it has. With `steal` it is taken from whoever has it. */
  async take(steal = false): Promise<boolean> {
    if (!this.shared) return true
    this.mine = await this.shared.lease(this.name, LASTS, steal)
    if (this.mine) this.renewal ??= setInterval(() => void this.renew(), RENEWED).unref()
    return this.mine
  }

  /** Gives it to the others. */
  async give(): Promise<void> {
    clearInterval(this.renewal)
    this.renewal = undefined
    if (!this.mine) return
    this.mine = false
    // Where this fails it ends by itself.
    await this.shared?.release(this.name).catch(() => undefined)
  }

  private async renew(): Promise<void> {
    const has = await this.shared?.lease(this.name, LASTS).catch(() => this.mine)
    if (this.renewal) this.mine = has === true
  }
}
