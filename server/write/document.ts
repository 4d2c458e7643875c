import { randomUUIDv7 } from 'node:crypto'
import { beginningOf } from '../../resources/beginning.ts'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import { type JsonDocument, parseDocument } from '../../resources/json/parse.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import type { Services, TracedCall } from '../call.ts'
import type { Config } from '../config.ts'
import { findingsOf, isError } from '../validation/write-check.ts'

/** An id as the server gives it: UUID v7, so that new resources lie beside each other. */
export function newId(): string {
  return randomUUIDv7()
}

/** A resource that is to be written, with what was found in it: nothing that would forbid it. */
export interface Brought {
  document: JsonDocument
  issues: readonly Issue[]
}

/**
 * The resource that a create or update brings, which must be a right one of the type. Throws `invalid` with all its
 * faults, or `too-large`.
 */
export async function readDocument(call: TracedCall, services: Services): Promise<Brought> {
  const { type, body, document } = call
  if (!document && (!body || body.length === 0)) throw FhirError.of('invalid', `A ${type} is expected in the body.`)
  return validated(document ?? parseDocument(body!, services.config.maxDepth), call, services)
}

/** Checks a parsed resource that is to be written by a call, faults being of `kind`. Throws as `readDocument` does. */
export async function validated(
  read: JsonDocument,
  call: TracedCall,
  services: Services,
  kind: 'invalid' | 'unprocessable' = 'invalid',
): Promise<Brought> {
  checkDocument(read, call.type!, services.config, kind)
  const { document, issues, isRefused } = await findingsOf(read, call, services)
  if (isRefused) throw new FhirError(kind, issues.filter(isError))
  return { document, issues }
}

/** Checks a parsed resource: its type, its structure (faults are of `kind`), its size. Throws as `readDocument` does. */
export function checkDocument(
  { value, text }: JsonDocument,
  type: string,
  config: Config,
  kind: 'invalid' | 'unprocessable' = 'invalid',
): void {
  if (value.resourceType !== type) {
    const given =
      typeof value.resourceType === 'string' ? `is a ${beginningOf(value.resourceType)}` : 'has no resourceType'
    throw FhirError.of(kind, `The body ${given}; a ${type} is expected.`, { expression: type })
  }
  if (text.length > config.maxResource) {
    const limit = `A stored resource has at most ${config.maxResource} bytes`
    throw FhirError.of('too-large', `${limit}; this ${type} has ${text.length}.`, { expression: type })
  }
  const issues = checkStructure(value, text)
  if (issues.length > 0) throw new FhirError(kind, issues)
}
