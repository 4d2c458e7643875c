import { FhirError } from '../fhir-error.ts'

/** Most of a path that is repeated to the caller. */
const MOST_OF_PATH = 200

/** What is known of an operation before it is read, or after. */
interface Label {
  name?: string
  path?: string
}

/** Runs one operation of a patch; errors thrown within tell which it was: `Operation 3 (remove /name): …`. */
export function inOperation<Result>(index: number, label: Label, run: () => Result, expression?: string): Result {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    const issues = error.issues.map((issue) => ({
      ...issue,
      diagnostics: `Operation ${index + 1}${inWords(label)}: ${issue.diagnostics}.`,
      ...(expression !== undefined && { expression: [expression] }),
    }))
    throw new FhirError(error.kind, issues, error.detail)
  }
}

function inWords({ name, path }: Label): string {
  if (name === undefined) return ''
  if (path === undefined) return ` (${name})`
  return ` (${name} ${path.length > MOST_OF_PATH ? `${path.slice(0, MOST_OF_PATH)}…` : path})`
}

/** The error for a patch that is wrong whatever it is applied to. */
export function malformed(diagnostics: string): FhirError {
  return FhirError.of('invalid', diagnostics)
}

/** The error for a patch that does not fit the resource. */
export function unfit(diagnostics: string): FhirError {
  return FhirError.of('unprocessable', diagnostics)
}

/** The error for a patch that asks for more work than is done for one. */
export function tooCostly(diagnostics: string): FhirError {
  return FhirError.of('unprocessable', diagnostics, { code: 'too-costly' })
}
