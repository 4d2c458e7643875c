import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import { parseDocument } from '../../resources/json/parse.ts'
import type { Options } from '../../resources/validation/place.ts'
import type { KnownSource, Validator } from '../../resources/validation/validator.ts'
import { readPieces } from '../../server/cli/sources.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared')
const CASES = join(SHARED, 'data', 'validation', 'cases.tar.gz')

/** What `skip` is of a test that needs the cases. */
export const skip = existsSync(CASES) ? false : `left out: the official validator cases (${CASES}) are not here`

/** One of FHIR's official validator cases. */
export interface OfficialCase {
  name: string
  bucket: string
  flags: readonly string[]
  file: string
  /** The verdict of the reference validator: no error. */
  valid: boolean
  errors?: readonly { code: string; text: string; expression?: string[] }[]
}

const DEEPEST = 100

/** As the reference validator judges by itself: what it does not know is not allowed. */
const OPTIONS: Options = { profiles: [], strictExtensions: true, mustSupport: false }

/** The cases, and the bytes of their files by name. */
export async function readCases(): Promise<{ cases: OfficialCase[]; files: Map<string, Buffer> }> {
  const files = new Map<string, Buffer>()
  const cases: OfficialCase[] = []
  for await (const { name, bytes, lines } of readPieces(CASES, () => undefined)) {
    for (const line of lines ?? []) cases.push(JSON.parse(line.bytes.toString()))
    if (bytes) files.set(name.slice(name.indexOf('files/')), bytes)
  }
  return { cases, files }
}

/** What is found in a file: by the parser of bodies, or by the validator. */
export async function judge(validator: Validator, bytes: Buffer, source: KnownSource): Promise<Issue[]> {
  try {
    const { value, text } = parseDocument(bytes, DEEPEST)
    return await validator.validate(value, text, source, OPTIONS)
  } catch (error) {
    if (error instanceof FhirError) return [...error.issues]
    throw error
  }
}

/** Whether issues leave a resource valid. */
export function isValid(issues: readonly Issue[]): boolean {
  return !issues.some(({ severity }) => severity === 'error' || severity === 'fatal')
}
