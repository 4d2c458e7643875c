import { FhirError } from '../../resources/fhir-error.ts'
import type { Call, Result } from '../call.ts'
import { isWrite } from '../write/draft.ts'

/** Bytes of resources that the answer to one Bundle may hold. */
const MOST = 64 * 1024 * 1024

/** Bounds what the answer to a batch or transaction holds: a short Bundle can ask for a long one. */
export class AnswerBudget {
  private left = MOST
  /** The latest to be begun. */
  private last: Promise<unknown> = Promise.resolve()

  /** Whether no more is read. */
  get isSpent(): boolean {
    return this.left < 0
  }

  /**
   * The result of work as it goes into the answer. Past the bound reads are not made, and writes answer without text. Where
   * several are under way they take their parts in the order in which they began.
   */
  run(call: Call, work: () => Promise<Result>): Promise<Result> {
    const taken = this.take(call, work, this.last)
    this.last = taken.catch(() => undefined)
    return taken
  }

  private async take(call: Call, work: () => Promise<Result>, before: Promise<unknown>): Promise<Result> {
    if (this.left < 0 && !isWrite(call)) return { error: tooMuch() }
    const result = await work()
    await before
    this.left -= result.answer?.text?.length ?? 0
    if (this.left >= 0 || !result.answer?.text) return result
    if (!isWrite(call)) return { error: tooMuch() }
    const { text: _, ...answer } = result.answer
    return { answer }
  }
}

function tooMuch(): FhirError {
  const words = `The answer to the Bundle would hold more than ${MOST} bytes; read this by itself.`
  return FhirError.of('too-large', words, { code: 'too-costly' })
}
