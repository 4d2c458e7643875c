import type { CopyWatch } from '../copy/copy.ts'
import { Progress } from './progress.ts'

/** Versions or records after which the bar is drawn. */
const EVERY = 100

/** Shows how far a copy is, and then how far the comparison. */
export class CopyProgress implements CopyWatch {
  private bar: Progress | undefined
  private count = 0
  private before = 0
  private began = 0
  private took = 0
  private copied = 0

  begun(total: number, before: number): void {
    if (before > 0) process.stdout.write(`Going on behind ${before} versions\n`)
    this.before = before
    this.began = performance.now()
    this.show(total - before)
  }

  carried(versions: number): void {
    this.add(versions)
  }

  recording(total: number): void {
    this.took = performance.now() - this.began
    this.copied = this.count
    this.show(total, 'records')
  }

  recorded(records: number): void {
    this.add(records)
  }

  verifying(total: number): void {
    process.stdout.write('Comparing\n')
    this.show(total)
  }

  verified(versions: number): void {
    this.add(versions)
  }

  stop(): void {
    this.bar?.stop()
    this.bar = undefined
  }

  /** A line for the user. */
  get summary(): string {
    const seconds = this.took / 1000
    const rate = Math.round(this.copied / Math.max(seconds, 0.001))
    const earlier = this.before > 0 ? `, and ${this.before} before` : ''
    return `${this.copied} versions in ${seconds.toFixed(1)} s (${rate}/s)${earlier}; both places have the same.`
  }

  private show(total: number, what = 'versions'): void {
    this.stop()
    this.count = 0
    this.bar = new Progress(total, what)
  }

  private add(count: number): void {
    this.count += count
    this.bar?.read(count)
    if (this.count % EVERY < count) this.bar?.show(this.count)
  }
}
