import type { Issue } from '../resources/fhir-error.ts'

/** An OperationOutcome of issues. */
export function outcomeResource(issues: readonly Issue[]): {
  resourceType: 'OperationOutcome'
  issue: readonly Issue[]
} {
  return { resourceType: 'OperationOutcome', issue: issues }
}

/** The text of an OperationOutcome. */
export function outcomeOf(issues: readonly Issue[]): Buffer {
  return Buffer.from(JSON.stringify(outcomeResource(issues)))
}
