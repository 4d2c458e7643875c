import { write } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const writing = promisify(write)

/** Bytes of lines that start a write, and the ms after which they are written in any case. */
const FULL = 64 * 1024
const LATEST = 500

/** Bytes that may wait while whoever reads them is stuck; what comes on top is dropped and counted. */
const MOST = 16 * 1024 * 1024

/**
 * Gathers log lines and writes many at once, off the thread that answers. Pino's own destination measures all that it
 * has gathered again with each line, which costs more than the request.
 */
export class LineBuffer {
  private readonly fd: number
  private lines: string[] = []
  private length = 0
  private writing: Promise<void> | undefined
  private dropped = 0

  constructor(fd: number) {
    this.fd = fd
    setInterval(() => this.start(), LATEST).unref()
  }

  write(line: string): void {
    if (this.length > MOST) {
      this.dropped++
      return
    }
    this.lines.push(line)
    this.length += line.length
    if (this.length >= FULL) this.start()
  }

  /** Resolves when all that was gathered by now is written. */
  async flush(): Promise<void> {
    while (this.writing || this.lines.length > 0) {
      this.start()
      await this.writing
    }
  }

  private start(): void {
    if (this.writing || this.lines.length === 0) return
    this.writing = this.writeAll(Buffer.from(this.take())).finally(() => {
      this.writing = undefined
    })
  }

  private async writeAll(bytes: Buffer): Promise<void> {
    let rest = bytes
    while (rest.length > 0) {
      try {
        const { bytesWritten } = await writing(this.fd, rest)
        rest = rest.subarray(bytesWritten)
      } catch (error) {
        // A reader that is slow is waited for; one that is gone cannot be told.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        await setTimeout(10)
      }
    }
  }

  private take(): string {
    if (this.dropped > 0) this.lines.push(`{"level":40,"msg":"log lines dropped","count":${this.dropped}}\n`)
    const text = this.lines.join('')
    this.lines = []
    this.length = 0
    this.dropped = 0
    return text
  }
}
