import type { Issue } from '../resources/fhir-error.ts'

const EXTENSIONS = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-'

/** An issue as it stands in an OperationOutcome. */
export type OutcomeIssue = Pick<Issue, 'severity' | 'code' | 'diagnostics' | 'expression'> & { extension?: object[] }

/** An OperationOutcome of issues. */
export function outcomeResource(issues: readonly Issue[]): { resourceType: 'OperationOutcome'; issue: OutcomeIssue[] } {
  return { resourceType: 'OperationOutcome', issue: issues.map(outcomeIssue) }
}

/** The text of an OperationOutcome. */
export function outcomeOf(issues: readonly Issue[]): Buffer {
  return Buffer.from(JSON.stringify(outcomeResource(issues)))
}

/** What OperationOutcome.issue has no element for stands in HL7's extensions of it. */
function outcomeIssue({ messageId, line, column, ...issue }: Issue): OutcomeIssue {
  const extension = [
    ...(messageId === undefined ? [] : [{ url: `${EXTENSIONS}message-id`, valueString: messageId }]),
    ...(line === undefined ? [] : [{ url: `${EXTENSIONS}issue-line`, valueInteger: line }]),
    ...(column === undefined ? [] : [{ url: `${EXTENSIONS}issue-col`, valueInteger: column }]),
  ]
  return extension.length === 0 ? issue : { extension, ...issue }
}
