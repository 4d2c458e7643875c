import type { ElementDefinition } from '@medplum/fhirtypes'
import { withSnapshot } from '../../resources/validation/profiles/snapshot.ts'
import type { StructureDefinitionLike } from '../../resources/validation/question.ts'

/** How snapshots that were made agree with those that were published. */
export interface Agreement {
  profiles: number
  elements: number
  /** Elements that agree in all that validation goes by. */
  same: number
  /** Profiles whose base is not held. */
  none: string[]
  /** What does not agree, by what it is: `url id`. */
  differences: Map<string, string[]>
}

/** Makes the snapshots of structures anew, those of their own bases among them without one too, and compares them. */
export async function agreementOf(
  structures: readonly StructureDefinitionLike[],
  find: (url: string) => StructureDefinitionLike | undefined,
): Promise<Agreement> {
  const own = new Set(structures.map(({ url }) => url))
  const bare = ({ snapshot: _, ...structure }: StructureDefinitionLike): StructureDefinitionLike => structure
  const agreement: Agreement = { profiles: 0, elements: 0, same: 0, none: [], differences: new Map() }
  for (const structure of structures) {
    agreement.profiles++
    const made = await withSnapshot(bare(structure), async (canonical) => {
      const found = find(canonical.split('|')[0]!)
      return found && own.has(found.url) ? bare(found) : found
    })
    if (made) compare(elements(made), elements(structure), structure.url, agreement)
    else agreement.none.push(structure.url)
  }
  return agreement
}

function elements(structure: StructureDefinitionLike): ElementDefinition[] {
  return structure.snapshot!.element as ElementDefinition[]
}

function compare(made: ElementDefinition[], published: ElementDefinition[], url: string, agreement: Agreement): void {
  const byId = new Map(made.map((element) => [element.id, element]))
  for (const element of published) {
    agreement.elements++
    const own = byId.get(element.id)
    const differences = own ? differencesOf(facets(own), facets(element)) : ['missing']
    if (differences.length === 0) agreement.same++
    for (const difference of differences) {
      const known = agreement.differences.get(difference) ?? []
      agreement.differences.set(difference, [...known, `${url} ${element.id}`])
    }
  }
}

function differencesOf(one: Record<string, unknown>, other: Record<string, unknown>): string[] {
  return Object.keys(one).filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
}

/** What validation goes by. Publishers pin canonicals to a version, or do not. */
function facets(element: ElementDefinition): Record<string, unknown> {
  const { min, max, type, binding, slicing, sliceName, contentReference, maxLength } = element
  return {
    min,
    max,
    sliceName,
    maxLength,
    type: type?.map(({ code, profile, targetProfile }) => [code, profile?.map(bareOf), targetProfile?.map(bareOf)]),
    value: Object.entries(element).filter(([key]) => /^(fixed|pattern|minValue|maxValue)[A-Z]/.test(key)),
    binding: binding && [binding.strength, binding.valueSet && bareOf(binding.valueSet)],
    slicing: slicing && [slicing.rules, slicing.ordered === true, slicing.discriminator],
    contentReference: contentReference?.split('#')[1],
  }
}

function bareOf(canonical: string): string {
  return canonical.split('|')[0]!
}
