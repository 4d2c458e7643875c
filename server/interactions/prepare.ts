import { randomUUIDv7 } from 'node:crypto'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Edit } from '../../resources/json/edits.ts'
import { type JsonDocument, parseDocument } from '../../resources/json/parse.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import type { Expectation, Method, WriteChange } from '../../resources/store/port.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { Services } from '../call.ts'
import type { Config } from '../config.ts'

/** An id as the server gives it: UUID v7, so that new resources lie beside each other. */
export function newId(): string {
  return randomUUIDv7()
}

/** Reads a body that must be a right resource of a type. Throws `invalid` with all its faults, or `too-large`. */
export function readResource(body: Uint8Array | undefined, type: string, config: Config): JsonDocument {
  if (!body || body.length === 0) throw FhirError.of('invalid', `A ${type} is expected in the body.`)
  const document = parseDocument(body, config.maxDepth)
  checkResource(document, type, config)
  return document
}

/** Checks a parsed resource: its type, its structure (faults are of `kind`), its size. Throws as `readResource` does. */
export function checkResource(
  { value, text }: JsonDocument,
  type: string,
  config: Config,
  kind: 'invalid' | 'unprocessable' = 'invalid',
): void {
  if (value.resourceType !== type) {
    const given =
      typeof value.resourceType === 'string' ? `is a ${value.resourceType.slice(0, 64)}` : 'has no resourceType'
    throw FhirError.of(kind, `The body ${given}; a ${type} is expected.`, { expression: type })
  }
  if (text.length > config.maxResource) {
    const limit = `A stored resource has at most ${config.maxResource} bytes`
    throw FhirError.of('too-large', `${limit}; this ${type} has ${text.length}.`, { expression: type })
  }
  const issues = checkStructure(value, text.length)
  if (issues.length > 0) throw new FhirError(kind, issues)
}

/** The change that writes a checked resource under an id. `edits` bring its text up to its value. */
export function writeChange(
  method: Exclude<Method, 'DELETE'>,
  type: string,
  id: string,
  document: JsonDocument,
  { baseUrl }: Services,
  expect?: Expectation,
  edits?: Edit[],
): WriteChange {
  const entries = indexEntries(type, document.value, baseUrl)
  return {
    kind: 'write',
    method,
    type,
    id,
    ...prepareStamp(document, id, edits),
    entries,
    ...(expect === undefined ? {} : { expect }),
  }
}
