import type { Issue } from '../resources/fhir-error.ts'

/** The text of an OperationOutcome. */
export function outcomeOf(issues: readonly Issue[]): Buffer {
  return Buffer.from(JSON.stringify({ resourceType: 'OperationOutcome', issue: issues }))
}
