import { beginningOf } from '../../beginning.ts'
import { membersOf, typeTable } from '../../definitions/definitions.ts'
import type { Place, Run } from '../place.ts'
import { unfit } from './finding.ts'

interface Element {
  path?: string
  type?: readonly { code?: string; profile?: readonly string[] }[]
}

/** Types that stand for many, so that a profile of another one is none of a wrong type. */
const ANY = new Set(['Resource', 'DomainResource', 'Element', 'BackboneElement', 'Base'])

/** StructureDefinition: a profile speaks of elements that its type has, and names profiles of the types that they go with (R4 profiling.html). */
export function checkStructureDefinition(place: Place, run: Run): void {
  const { type, derivation, differential } = place.value as {
    type?: string
    derivation?: string
    differential?: { element?: readonly Element[] }
  }
  if (derivation !== 'constraint' || type === undefined || !typeTable(type)) return
  for (const [at, element] of (differential?.element ?? []).entries()) {
    const where = `differential.element[${at}]`
    if (element.path !== undefined && !isElement(element.path, type)) {
      const finding = unfit('structure-path', `${type} has no element ${beginningOf(element.path)}`)
      run.report(place, finding, `${where}.path`)
    }
    for (const [index, { code, profile }] of (element.type ?? []).entries())
      if (code !== undefined) checkProfiles(place, code, profile ?? [], `${where}.type[${index}]`, run)
  }
}

function checkProfiles(place: Place, code: string, profiles: readonly string[], where: string, run: Run): void {
  if (ANY.has(code) || !typeTable(code)) return
  for (const [at, profile] of profiles.entries()) {
    const structure = profile ? run.known.structure(profile) : undefined
    if (!structure || structure.type === code) continue
    const finding = unfit(
      'structure-type-profile',
      `${beginningOf(profile, 120)} is one of ${structure.type}, not of ${code}`,
    )
    run.report(place, finding, `${where}.profile[${at}]`)
  }
}

/** Whether a path leads to an element of a type, also through its data types, and by one type of a choice (`valueQuantity`). */
function isElement(path: string, root: string): boolean {
  const [first, ...steps] = path.split('.')
  if (first !== root) return false
  let types: readonly string[] = [root]
  for (const step of steps) {
    if (types.includes('Resource')) return true
    const next = types.flatMap((type) => typesAt(type, step))
    if (next.length === 0) return false
    types = next
  }
  return true
}

function typesAt(type: string, step: string): readonly string[] {
  if (!typeTable(type)) return []
  const members = membersOf(type)
  const member = members.get(step)
  if (member) return [member.type]
  // Primitives have what every element has, and their value.
  if (typeTable(type)?.kind === 'primitive') return ['id', 'extension', 'value'].includes(step) ? ['Extension'] : []
  return [...members.values()].filter(({ name }) => name === step).map((one) => one.type)
}
