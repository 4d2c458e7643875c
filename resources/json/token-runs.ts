import { COLON, COMMA, isSpace, QUOTE } from './bytes.ts'

/** Collects the stretches of a JSON text that lie between the white space; a text without any is not copied. */
export class TokenRuns {
  private readonly source: Buffer
  private target: Buffer | undefined
  private length = 0
  private runStart = 0

  constructor(source: Buffer) {
    this.source = source
  }

  /** Leaves out the white space at `at` and returns the offset of what follows it. */
  dropSpace(at: number): number {
    const { source } = this
    let next = at
    while (next < source.length && isSpace(source[next])) next++
    // Two scalars with only space between would merge: `[1 2]` is not `[12]`. The parser sees the space and refuses.
    const merges = isScalar(source[at - 1]) && isScalar(source[next])
    if (next === at || merges) return Math.max(next, at + 1)
    this.append(at)
    this.runStart = next
    return next
  }

  /** The text without what was left out. */
  join(): Buffer {
    if (!this.target) return this.source
    this.append(this.source.length)
    return this.target.subarray(0, this.length)
  }

  private append(end: number): void {
    this.target ??= Buffer.allocUnsafe(this.source.length)
    this.length += this.source.copy(this.target, this.length, this.runStart, end)
  }
}

/** Whether a byte may be part of a number or a literal. */
function isScalar(byte: number | undefined): boolean {
  if (byte === undefined || byte === COMMA || byte === COLON || byte === QUOTE || isSpace(byte)) return false
  return (byte | 0x20) !== 0x7b && (byte | 0x20) !== 0x7d
}
