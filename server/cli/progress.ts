import { Presets, SingleBar } from 'cli-progress'

/** Shows how far a load or a copy is; on what is no terminal it shows nothing. */
export class Progress {
  private readonly bar: SingleBar
  private readonly started = performance.now()
  private bytes = 0

  /** `total`: bytes of all files, or how many there are of `what` is shown. */
  constructor(total: number, what = 'resources') {
    const format = ` {bar} {percentage}% | {count} ${what} | {rate}/s | {left} left`
    this.bar = new SingleBar({ format, hideCursor: true, barsize: 30 }, Presets.shades_classic)
    this.bar.start(Math.max(1, total), 0, { count: 0, rate: 0, left: '?' })
  }

  read(bytes: number): void {
    this.bytes += bytes
  }

  /** Shows what was read so far, and how many were made of it. */
  show(count: number): void {
    const seconds = (performance.now() - this.started) / 1000
    const share = this.bytes / this.bar.getTotal()
    const left = share > 0 ? duration((seconds / share) * (1 - share)) : '?'
    this.bar.update(this.bytes, { count, rate: Math.round(count / seconds), left })
  }

  stop(): void {
    this.bar.stop()
  }
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
