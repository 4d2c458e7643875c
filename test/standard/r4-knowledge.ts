import { canonicalParts } from '../../resources/conformance/canonicals.ts'
import { r4Canonicals } from '../../resources/conformance/r4.ts'
import type { StructureDefinitionLike } from '../../resources/validation/question.ts'
import type { KnownSource } from '../../resources/validation/validator.ts'

/** A StructureDefinition of R4's own by its canonical, or null. */
export function r4Structure(canonical: string): StructureDefinitionLike | null {
  const { url, version } = canonicalParts(canonical)
  const found = r4Canonicals.findNow('StructureDefinition', url, version)
  return (found?.resource as StructureDefinitionLike | undefined) ?? null
}

/** Knows R4's own StructureDefinitions; no value sets, and no resources. */
export const R4_KNOWLEDGE: KnownSource = {
  structureNow: r4Structure,
  structure: async (canonical) => r4Structure(canonical),
  verdictNow: () => ({ result: 'unknown', faults: [] }),
  verdict: async () => ({ result: 'unknown', faults: [] }),
  target: async () => null,
}
