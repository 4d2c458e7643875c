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
