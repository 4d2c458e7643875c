import { FhirError, type Issue } from '../../resources/fhir-error.ts'

/**
 * The same error as one about an entry: expressions of its resource are put under `Bundle.entry[at].resource`, those
 * of the Bundle get the entry's number, and an issue without one names the entry.
 */
export function inEntry(error: FhirError, at: number): FhirError {
  const issues = error.issues.map(
    (issue): Issue => ({
      ...issue,
      expression: issue.expression?.map((expression) => placed(expression, at)) ?? [`Bundle.entry[${at}]`],
    }),
  )
  return new FhirError(error.kind, issues, error.detail)
}

function placed(expression: string, at: number): string {
  if (/^Bundle\.entry\b/.test(expression)) return expression.replace(/^Bundle\.entry(\[\d+\])?/, `Bundle.entry[${at}]`)
  const below = expression.search(/[.[]/)
  return `Bundle.entry[${at}].resource${below < 0 ? '' : expression.slice(below)}`
}
