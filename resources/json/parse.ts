import { FhirError } from '../fhir-error.ts'
import { firstFault } from './first-fault.ts'
import { positionsOf } from './position.ts'
import { scan } from './scan.ts'

/** A JSON object as it came in: its bytes without white space between tokens, and what they mean. */
export interface JsonDocument {
  text: Buffer
  /** Numbers are doubles here: for checking and indexing, never for writing. */
  value: Record<string, unknown>
}

/**
 * Reads a JSON object for checking and storing. Throws an `invalid` FhirError for everything that is not one JSON
 * object in UTF-8, holds a name twice or is refused by `scan`.
 */
export function parseDocument(bytes: Uint8Array, maxDepth: number): JsonDocument {
  const { text, value } = parseJson(bytes, maxDepth)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw FhirError.of('invalid', 'The body is not a JSON object.', { code: 'structure' })
  }
  return { text, value: value as Record<string, unknown> }
}

/** As `parseDocument`, for any JSON value. An issue tells the line and column. */
export function parseJson(bytes: Uint8Array, maxDepth: number): { text: Buffer; value: unknown } {
  try {
    const { text, members } = scan(bytes, maxDepth)
    const value = parseText(text.toString())
    if (countMembers(value) !== members) throw duplicateMember()
    return { text, value }
  } catch (error) {
    throw error instanceof FhirError ? placed(error, bytes, maxDepth) : error
  }
}

/** The same error with the place in the text as it was sent, white space and all. */
function placed(error: FhirError, bytes: Uint8Array, maxDepth: number): FhirError {
  const offset = firstFault(bytes, maxDepth)
  if (offset === undefined) return error
  const [position] = positionsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), [offset])
  const { line, column } = position!
  const issues = error.issues.map(({ diagnostics, ...issue }) => ({
    ...issue,
    diagnostics: diagnostics.replace(/\.$/, ` (line ${line}, column ${column}).`),
    line,
    column,
  }))
  return new FhirError(error.kind, issues, error.detail)
}

/** JSON.parse that throws an `invalid` FhirError, without the content that V8's words quote. */
export function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw FhirError.of('invalid', 'The body is not valid JSON.', { code: 'structure' })
  }
}

/** Number of members in all objects of a parsed value. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countMembers(item)
    return count
  }
  for (const name in value) {
    count++
    const inner = (value as Record<string, unknown>)[name]
    if (typeof inner === 'object') count += countMembers(inner)
  }
  return count
}

/** The error for a member name that stands twice in one object. */
export function duplicateMember(): FhirError {
  return FhirError.of('invalid', 'A member name stands twice in one object.', { code: 'structure' })
}
