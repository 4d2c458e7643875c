import { recorded } from '../audit/record-call.ts'
import { Trace } from '../audit/trace.ts'
import type { Call, Result, Services } from '../call.ts'
import type { AnswerBudget } from './answer-budget.ts'

/** The result of an entry as it goes into the answer of its Bundle: what the budget refuses is on record as refused. */
export async function answerEntry(call: Call, budget: AnswerBudget, services: Services): Promise<Result> {
  let own: Result | undefined
  const result = await budget.run(call, async () => {
    own = await services.dispatch(call)
    return own
  })
  if (!result.error || result.error === own?.error) return result
  return recorded(Object.assign(call, { trace: new Trace(services.baseUrl) }), result, services)
}
