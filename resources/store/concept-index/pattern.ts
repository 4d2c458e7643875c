import { beginningOf } from '../../beginning.ts'
import { FhirError } from '../../fhir-error.ts'
import { OutOfTime, withinTime } from '../../path/within-time.ts'
import { bareCode } from './words.ts'

/** Characters of a pattern at the most. */
const LONGEST = 1_000

/** ms of the processor that one pattern may take for all that it is held against: what backtracks without an end is stopped by then. */
const MOST_TIME = 500

/** Values that are held against it in one go, since setting the time costs some of it. */
const BATCH = 2_000

/**
 * A regular expression of a user (R4 ValueSet.compose.include.filter, `regex`): it matches a value as a whole. Throws `invalid` for
 * what is none, and `too-costly` for what takes too long.
 */
export class Pattern {
  private readonly text: string
  private readonly expression: RegExp
  private left = MOST_TIME

  constructor(text: string) {
    this.text = text
    if (text.length > LONGEST)
      throw FhirError.of('invalid', `A regular expression has more than ${LONGEST} characters.`)
    this.expression = compiled(text)
  }

  /** What all codes that match begin with, as `bareCode` has it; empty where nothing is certain. */
  get beginning(): string {
    // Many write the anchors that are there anyway.
    const text = this.text.replace(/^\^/, '')
    const plain = /^[\p{L}\p{N}]*(?:\\\.[\p{L}\p{N}]*)*/u.exec(text)?.[0] ?? ''
    const rest = text.slice(plain.length)
    // Behind an alternative nothing is certain, and what may be repeated may be absent.
    if (this.text.includes('|')) return ''
    return bareCode(/^[?*{]/.test(rest) ? plain.slice(0, -1) : plain)
  }

  /** Those of some values that match. */
  matching<Value>(values: readonly Value[], textOf: (value: Value) => string): Value[] {
    const found: Value[] = []
    for (let at = 0; at < values.length; at += BATCH) {
      const batch = values.slice(at, at + BATCH)
      found.push(...this.timed(() => batch.filter((value) => this.expression.test(textOf(value)))))
    }
    return found
  }

  private timed<Result>(run: () => Result): Result {
    const start = process.threadCpuUsage()
    try {
      if (this.left < 1) throw new OutOfTime()
      return withinTime(run, Math.ceil(this.left))
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error
      const words = `The regular expression '${beginningOf(this.text)}' takes too long.`
      throw FhirError.of('invalid', words, { code: 'too-costly' })
    } finally {
      const { user, system } = process.threadCpuUsage(start)
      this.left -= (user + system) / 1000
    }
  }
}

/** Unicode's rules first; what they do not take (`\-`) may be meant for the older ones. */
function compiled(text: string): RegExp {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${text})$`, flags)
    } catch {}
  }
  throw FhirError.of('invalid', `'${beginningOf(text)}' is no regular expression.`)
}
