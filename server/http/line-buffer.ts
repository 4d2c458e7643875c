import { write, writeSync } from 'node:fs'

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
  private writing = false
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

  /** Writes out everything now, for the end of the process. */
  flushSync(): void {
    const text = this.take()
    if (text === '') return
    try {
      writeSync(this.fd, text)
    } catch {
      // Whoever read the log is gone: there is nobody to tell.
    }
  }

  private start(): void {
    if (this.writing || this.lines.length === 0) return
    this.writing = true
    this.writeAll(Buffer.from(this.take()))
  }

  private writeAll(bytes: Buffer): void {
    write(this.fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.writeAll(bytes), 10)
      else if (!error && written < bytes.length) this.writeAll(bytes.subarray(written))
      else this.writing = false
    })
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
