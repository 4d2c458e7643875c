import { randomUUIDv7 } from 'node:crypto'
import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { type JsonDocument, parseDocument } from '../../resources/json/parse.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import type { Call } from '../call.ts'
import type { Config } from '../config.ts'

/** An id as the server gives it: UUID v7, so that new resources lie beside each other. */
export function newId(): string {
  return randomUUIDv7()
}

/**
 * The resource that a create or update brings, which must be a right one of the type. Throws `invalid` with all its
 * faults, or `too-large`.
 */
export function readDocument({ type, body, document }: Call, config: Config): JsonDocument {
  if (!document && (!body || body.length === 0)) throw FhirError.of('invalid', `A ${type} is expected in the body.`)
  const read = document ?? parseDocument(body!, config.maxDepth)
  checkDocument(read, type!, config)
  return read
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
