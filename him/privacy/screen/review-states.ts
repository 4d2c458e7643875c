import { SCREEN_TASK, TASKS } from '../../../auth/policy/screen-tasks.ts'

/** CodeSystem of how far a review is: `Task.businessStatus`. */
export const REVIEW_STATES = 'https://chartroom.invalid/fhir/CodeSystem/review-state'

/** What a Task begins with. */
export const NOT_REVIEWED = 'not-reviewed'

/** The states, in the order in which a review goes through them, and the status that a Task has meanwhile. */
export const STATES: readonly { code: string; display: string; status: string }[] = [
  { code: NOT_REVIEWED, display: 'Not reviewed', status: 'requested' },
  { code: 'under-review', display: 'Under review', status: 'in-progress' },
  { code: 'investigation', display: 'Investigation', status: 'in-progress' },
  { code: 'closed', display: 'Closed', status: 'completed' },
]

/** What is wrong with the review state of a Task of a screen: words for the user; undefined where nothing is, or it is no such Task. */
export function reviewFault({ code, businessStatus }: ReviewedTask): string | undefined {
  const isReview = code?.coding?.some((one) => one.system === TASKS && one.code === SCREEN_TASK) ?? false
  const states = businessStatus?.coding?.filter(({ system }) => system === REVIEW_STATES) ?? []
  if (!isReview || (states.length === 1 && STATES.some((state) => state.code === states[0]!.code))) return undefined
  return `A review is in one state of ${REVIEW_STATES}: ${STATES.map((state) => state.code).join(', ')}.`
}

interface Coded {
  coding?: { system?: string; code?: string }[]
}

interface ReviewedTask {
  code?: Coded
  businessStatus?: Coded
}
