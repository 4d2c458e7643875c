import { canonicalParts } from '../../resources/conformance/canonicals.ts'
import { r4Canonicals } from '../../resources/conformance/r4.ts'
import { localToday } from '../../resources/terminology/days.ts'
import { Terminology } from '../../resources/terminology/terminology.ts'
import type { StructureDefinitionLike } from '../../resources/validation/question.ts'
import type { KnownSource } from '../../resources/validation/validator.ts'

/** A StructureDefinition of R4's own by its canonical, or null. */
export function r4Structure(canonical: string): StructureDefinitionLike | null {
  const { url, version } = canonicalParts(canonical)
  const found = r4Canonicals.findNow('StructureDefinition', url, version)
  return (found?.resource as StructureDefinitionLike | undefined) ?? null
}

const terminology = new Terminology({ canonicals: r4Canonicals })

/** Knows R4's own definitions: structures, value sets, code systems; and no resources. */
export const R4_KNOWLEDGE: KnownSource = {
  structureNow: r4Structure,
  structure: async (canonical) => r4Structure(canonical),
  verdictNow: (question) => terminology.verdictNow(question, localToday()),
  verdict: (question) => terminology.verdict(question, localToday()),
  target: async () => null,
}
