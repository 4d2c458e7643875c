import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalParts } from '../../resources/conformance/canonicals.ts'
import type { StructureDefinitionLike } from '../../resources/validation/question.ts'
import type { KnownSource } from '../../resources/validation/validator.ts'

const PACKAGE = join(import.meta.dirname, '..', '..', 'node_modules', 'hl7.fhir.r4.examples')
const BASE = 'http://hl7.org/fhir/StructureDefinition/'

const read = new Map<string, StructureDefinitionLike | null>()

/** A StructureDefinition of R4's own package by its canonical, or null. */
export function r4Structure(canonical: string): StructureDefinitionLike | null {
  const { url } = canonicalParts(canonical)
  const known = read.get(url)
  if (known !== undefined) return known
  const file = join(PACKAGE, `StructureDefinition-${url.slice(BASE.length)}.json`)
  const found = url.startsWith(BASE) && /^[\w-]+$/.test(url.slice(BASE.length)) && existsSync(file)
  const structure = found ? (JSON.parse(readFileSync(file, 'utf8')) as StructureDefinitionLike) : null
  read.set(url, structure)
  return structure
}

/** Knows R4's own StructureDefinitions; no value sets, and no resources. */
export const R4_KNOWLEDGE: KnownSource = {
  structureNow: r4Structure,
  structure: async (canonical) => r4Structure(canonical),
  verdictNow: () => ({ result: 'unknown', faults: [] }),
  verdict: async () => ({ result: 'unknown', faults: [] }),
  target: async () => null,
}
