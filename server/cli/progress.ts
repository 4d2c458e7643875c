import { Presets, SingleBar } from 'cli-progress'

/** Shows how far a load is; on what is no terminal it shows nothing. */
export class Progress {
  private readonly bar: SingleBar
  private readonly started = performance.now()
  private bytes = 0

  /** `total`: bytes of all files. */
  constructor(total: number) {
    const format = ' {bar} {percentage}% | {resources} resources | {rate}/s | {left} left'
    this.bar = new SingleBar({ format, hideCursor: true, barsize: 30 }, Presets.shades_classic)
    this.bar.start(Math.max(1, total), 0, { resources: 0, rate: 0, left: '?' })
  }

  read(bytes: number): void {
    this.bytes += bytes
  }

  /** Shows the bytes read so far and the resources written of them. */
  show(resources: number): void {
    const seconds = (performance.now() - this.started) / 1000
    const share = this.bytes / this.bar.getTotal()
    const left = share > 0 ? duration((seconds / share) * (1 - share)) : '?'
    this.bar.update(this.bytes, { resources, rate: Math.round(resources / seconds), left })
  }

  stop(): void {
    this.bar.stop()
  }
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
