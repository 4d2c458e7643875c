import type { Deed } from '../../auth/audit/deed.ts'
import type { Recorder } from './recorder.ts'

/** ms for which deeds are gathered, and between two attempts where they cannot be written. */
const GATHERED = 250

/** ms that a record may be behind what was answered. */
const MOST_BEHIND = 1_000

/** Deeds that may be behind. */
const MOST_DEEDS = 10_000

/** Deeds of one commit: what fails is handed in again as a whole. */
const AT_ONCE = 500

/**
 * Lets answers go before their records are durable, by a second at the most: what is more behind than that, or too much at
 * once, waits. Where a record cannot be written all further ones are refused until those that are behind are on record.
 */
export class RecorderBehind implements Recorder {
  private readonly durable: Recorder
  private deeds: Deed[] = []
  /** When the first of those that are behind was handed in; ms since 1970. */
  private since = 0
  private failure: Error | undefined
  private timer: NodeJS.Timeout | undefined
  private writing: Promise<void> | undefined

  constructor(durable: Recorder) {
    this.durable = durable
  }

  async record(deeds: readonly Deed[]): Promise<void> {
    if (this.failure) throw this.failure
    if (this.deeds.length === 0) this.since = Date.now()
    this.deeds.push(...deeds)
    this.timer ??= setTimeout(() => void this.write(), GATHERED)
    while (this.isTooFar()) {
      await this.write()
      if (this.failure) throw this.failure
    }
  }

  async close(): Promise<void> {
    do await this.write()
    while (this.deeds.length > 0 && !this.failure)
    clearTimeout(this.timer)
    await this.durable.close()
  }

  private isTooFar(): boolean {
    return this.deeds.length > 0 && (this.deeds.length > MOST_DEEDS || Date.now() - this.since > MOST_BEHIND)
  }

  private write(): Promise<void> {
    this.writing ??= this.writeDeeds().finally(() => {
      this.writing = undefined
    })
    return this.writing
  }

  private async writeDeeds(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const length = Math.min(this.deeds.length, AT_ONCE)
    const isAll = length === this.deeds.length
    const begun = Date.now()
    try {
      await this.durable.record(this.deeds.slice(0, length))
      this.deeds = this.deeds.slice(length)
      if (isAll) this.since = begun
      this.failure = undefined
    } catch (error) {
      this.failure = error as Error
    }
    if (this.deeds.length > 0) this.timer ??= setTimeout(() => void this.write(), GATHERED)
  }
}
