import { FhirError } from '../../resources/fhir-error.ts'
import type { Call, Result } from '../call.ts'
import { isWrite } from '../write/draft.ts'

/** Bytes of resources that the answer to one Bundle may hold. */
const MOST = 64 * 1024 * 1024

/** Bounds what the answer to a batch or transaction holds: a short Bundle can ask for a long one. */
export class AnswerBudget {
  private left = MOST

  /** Whether no more is read. */
  get isSpent(): boolean {
    return this.left < 0
  }

  /** The result of work as it goes into the answer. Past the bound reads are not made, and writes answer without text. */
  async run(call: Call, work: () => Promise<Result>): Promise<Result> {
    if (this.left < 0 && !isWrite(call)) return { error: tooMuch() }
    const result = await work()
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
