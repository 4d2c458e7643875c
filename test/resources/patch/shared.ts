import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FhirError } from '../../../resources/fhir-error.ts'
import { type JsonObject, type JsonValue, parseLossless, printLossless } from '../../../resources/json/lossless.ts'

/** Folder of the project's shared data, which a clone does not bring along. */
const SHARED = join(import.meta.dirname, '../../../../shared')

/** An official suite's text, or undefined where the shared data is not at hand. */
export function officialSuite(name: string): string | undefined {
  const file = join(SHARED, 'data/patch', name)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** A lossless tree of plain values or of JSON text, where the digits matter. */
export function tree(value: unknown): JsonObject {
  return parseLossless(typeof value === 'string' ? value : JSON.stringify(value)) as JsonObject
}

/** What `run` gives as JSON text, or `kind code: diagnostics` of the FhirError that it throws. */
export function outcome(run: () => JsonValue): string {
  try {
    return printLossless(run())
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    const [issue] = error.issues
    return `${error.kind} ${issue?.code}: ${issue?.diagnostics}`
  }
}
