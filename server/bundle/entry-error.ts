import { FhirError, type Issue } from '../../resources/fhir-error.ts'

/**
 * The same error as one about an entry: expressions of its resource are put under `Bundle.entry[at].resource`, those
 * of the entry (`Bundle.entry.x`, where one of a Bundle that is its resource has a number) get its number, and an issue
 * without one names the entry.
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

/** An error of one entry that is the whole transaction's. */
export class EntryFailed extends FhirError {
  /** Number of the entry. */
  readonly at: number

  constructor({ kind, issues, detail }: FhirError, at: number) {
    super(kind, issues, detail)
    this.at = at
  }
}

/** Runs work on an entry so that what it throws names the entry. */
export function namedAs<T>(at: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw ofTransaction(error, at)
  }
}

/** As `namedAs`, for work that takes its time. */
export async function namedLater<T>(at: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw ofTransaction(error, at)
  }
}

/** An entry's error as that of its transaction: a method that the entry's URL lacks is no fault of the Bundle's URL. */
export function ofTransaction(error: unknown, at: number): unknown {
  if (!(error instanceof FhirError)) return error
  const { kind, issues, detail } = inEntry(error, at)
  return new EntryFailed(new FhirError(kind === 'method-not-allowed' ? 'invalid' : kind, issues, detail), at)
}

function placed(expression: string, at: number): string {
  if (expression.startsWith('Bundle.entry.')) return expression.replace('Bundle.entry', `Bundle.entry[${at}]`)
  const below = expression.search(/[.[]/)
  return `Bundle.entry[${at}].resource${below < 0 ? '' : expression.slice(below)}`
}
