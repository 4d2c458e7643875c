import { storableTypes } from '../../definitions/definitions.ts'
import { FhirError } from '../../fhir-error.ts'
import { parseJson } from '../../json/parse.ts'
import type { PackagedDefinition } from '../../store/packages.ts'
import { checkStructure } from '../../validation/structure/check.ts'
import type { Canonical } from '../canonicals.ts'
import { r4Canonicals } from '../r4.ts'
import { trimmed } from '../trimmed.ts'
import { type PackageFile, printable, refusal, withoutMark } from './tarball.ts'

/** How deep a file may be nested. */
const MOST_DEEP = 256

/** What becomes of a file: a definition, why it is left out, or nothing worth a word. */
export type Taken = { definition: PackagedDefinition } | { leftOut: string } | undefined

/** Takes up a file of a package. Throws `invalid`, with the name of the file, for what is not JSON. */
export function takenOf(file: PackageFile): Taken {
  const resource = parsed(file)
  const type = resource?.resourceType
  if (!resource || typeof type !== 'string' || !storableTypes.has(type)) return undefined
  const url = type === 'NamingSystem' ? namingSystemUrl(resource) : resource.url
  if (typeof url !== 'string' || url === '') return undefined
  const [fault] = checkStructure(resource)
  if (fault) return { leftOut: `${printable(file.name)} is left out: ${fault.expression?.[0]}: ${fault.diagnostics}` }
  if (isOwn(resource, type, url)) return { leftOut: `${printable(file.name)} is left out: R4 itself defines ${url}` }
  return { definition: definitionOf(resource as Canonical['resource'], url) }
}

function parsed({ name, text }: PackageFile): Record<string, unknown> | undefined {
  try {
    const { value } = parseJson(withoutMark(text), MOST_DEEP)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    const words = error instanceof FhirError ? error.issues[0]?.diagnostics : undefined
    throw refusal(`${printable(name)} is no JSON that can be read: ${words ?? 'unreadable'}`)
  }
}

function namingSystemUrl({ uniqueId }: Readonly<Record<string, unknown>>): unknown {
  const ids = Array.isArray(uniqueId) ? (uniqueId as { type?: unknown; value?: unknown; preferred?: unknown }[]) : []
  const uris = ids.filter((id) => id?.type === 'uri')
  return (uris.find(({ preferred }) => preferred === true) ?? uris[0])?.value
}

/** Types are those of R4, whoever defines them once more. */
function isOwn({ derivation }: Readonly<Record<string, unknown>>, type: string, url: string): boolean {
  if (type !== 'StructureDefinition' || derivation === 'constraint') return false
  return r4Canonicals.findNow(type, url) !== undefined
}

function definitionOf(resource: Canonical['resource'], url: string): PackagedDefinition {
  const { resourceType: type, date, derivation, type: ofType } = resource
  return {
    type,
    url,
    version: textOf(resource.version),
    id: textOf(resource.id),
    name: textOf(resource.name),
    ...(typeof date === 'string' ? { date } : {}),
    ...(type === 'StructureDefinition' && typeof derivation === 'string' ? { derivation } : {}),
    ...(type === 'StructureDefinition' && typeof ofType === 'string' ? { ofType } : {}),
    text: Buffer.from(JSON.stringify(trimmed(resource))),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
