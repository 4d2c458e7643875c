/** How many lines that explain a failed assertion are shown again, and a test that something failed in. */
const LINES_OF_EACH = 25
const LINES_AROUND = 4

/** Gathers what failed from the lines of a TAP stream, so that it can be told again at the end of a long output. */
export class Failures {
  readonly #found: string[] = []
  readonly #within: string[] = []
  #left = 0

  /** Takes the next line of the stream. */
  see(line: string): void {
    const [, indent = '', rest = ''] = /^( *)(.*)$/.exec(line) ?? []
    const depth = indent.length / 4
    const subtest = /^# Subtest: (.*)$/.exec(rest)?.[1]
    if (subtest !== undefined) {
      this.#within.length = depth
      this.#within.push(subtest)
    } else if (/^not ok /.test(rest) && !/# (?:TODO|SKIP)\b/.test(rest)) {
      this.#found.push(`${this.#within.slice(0, depth).join(' > ')}: ${rest}`)
      this.#left = /# time=/.test(rest) ? LINES_AROUND : LINES_OF_EACH
    } else if (/^ok /.test(rest)) this.#left = 0
    else if (this.#left > 0) {
      this.#left--
      this.#found.push(`    ${line.trimEnd()}`)
    }
  }

  /** What failed, each with the names of the tests around it and the first lines of its explanation; empty if nothing did. */
  summary(): string {
    return this.#found.length === 0 ? '' : `\n# failed\n${this.#found.join('\n')}\n`
  }
}
