import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes'
import type { CodeList } from '../shapes.ts'

/**
 * Lists the codes of the given value sets. Left out is each value set that cannot be listed from the package
 * alone: filters, systems without their concepts (languages, mime types, units).
 */
export function compileCodes(
  wanted: Set<string>,
  valueSets: ValueSet[],
  codeSystems: CodeSystem[],
): Record<string, CodeList[]> {
  const systems = new Map(codeSystems.map((system) => [system.url ?? '', system]))
  const sets = new Map(valueSets.map((set) => [set.url ?? '', set]))
  const codes: Record<string, CodeList[]> = {}
  for (const url of [...wanted].sort()) {
    const lists = expand(url, sets, systems)
    if (lists) codes[url] = lists
  }
  return codes
}

function expand(
  url: string,
  sets: Map<string, ValueSet>,
  systems: Map<string, CodeSystem>,
  seen: string[] = [],
): CodeList[] | undefined {
  const compose = sets.get(url)?.compose
  if (!compose || compose.exclude || seen.includes(url)) return undefined
  const lists: CodeList[] = []
  for (const include of compose.include) {
    const parts = include.valueSet
      ? include.system
        ? undefined
        : include.valueSet.map((inner) => expand(inner.split('|')[0]!, sets, systems, [...seen, url]))
      : [listed(include, systems)]
    if (!parts || parts.some((part) => !part)) return undefined
    lists.push(...parts.flatMap((part) => part ?? []))
  }
  return lists
}

function listed(include: ValueSetComposeInclude, systems: Map<string, CodeSystem>): CodeList[] | undefined {
  if (include.filter || !include.system) return undefined
  if (include.concept) return [{ system: include.system, codes: include.concept.map((concept) => concept.code) }]
  const system = systems.get(include.system)
  if (system?.content !== 'complete' || !system.concept) return undefined
  return [{ system: include.system, codes: codesOf(system.concept) }]
}

function codesOf(concepts: CodeSystemConcept[]): string[] {
  return concepts.flatMap((concept) => [concept.code, ...codesOf(concept.concept ?? [])])
}
