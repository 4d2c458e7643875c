import type { Concept } from './concept.ts'
import type { Condition } from './concept-source.ts'
import { matcherOf } from './pattern.ts'
import { valuesOf } from './properties.ts'
import type { Opened } from './systems.ts'

/** Whether a concept of a code system meets all conditions: asks for no more than this concept. */
export async function meetsAll(opened: Opened, concept: Concept, conditions: readonly Condition[]): Promise<boolean> {
  const { source, day } = opened
  const told = conditions.length > 0 ? await source.meets?.(concept.code, conditions, day) : undefined
  if (told !== undefined) return told
  for (const condition of conditions) if (!(await meets(opened, concept, condition))) return false
  return true
}

async function meets(opened: Opened, concept: Concept, condition: Condition): Promise<boolean> {
  switch (condition.op) {
    case '=':
      return (await values(opened, concept, condition.property)).includes(condition.value)
    case 'in':
    case 'not-in': {
      const found = await values(opened, concept, condition.property)
      return found.some((value) => condition.values.includes(value)) === (condition.op === 'in')
    }
    case 'regex':
      return matcherOf(condition.pattern)(await values(opened, concept, condition.property)).includes(true)
    case 'exists':
      return (await values(opened, concept, condition.property)).length > 0 === condition.exists
    case 'codes':
      return condition.codes.some((code) => isSame(opened, code, concept.code))
    case 'none-of':
      for (const each of condition.each) if (await meetsAll(opened, concept, each)) return false
      return true
    default:
      return isPlaced(opened, concept, condition.op, condition.code)
  }
}

async function isPlaced(
  { source, day }: Opened,
  concept: Concept,
  op: 'is-a' | 'descendent-of' | 'is-not-a' | 'generalizes' | 'child-of',
  code: string,
): Promise<boolean> {
  const same = isSame({ source, day }, code, concept.code)
  switch (op) {
    case 'is-a':
      return same || source.isBelow(concept.code, code, day)
    case 'is-not-a':
      return !same && !(await source.isBelow(concept.code, code, day))
    case 'descendent-of':
      return !same && source.isBelow(concept.code, code, day)
    case 'generalizes':
      return same || source.isBelow(code, concept.code, day)
    case 'child-of':
      return (concept.parents ?? []).some((parent) => isSame({ source, day }, parent, code))
  }
}

/** Whether two codes are the same by the rules of their system. */
export function isSame({ source }: Opened, one: string, other: string): boolean {
  return one === other || (!source.edition.caseSensitive && one.toLowerCase() === other.toLowerCase())
}

async function values({ source, day }: Opened, concept: Concept, property: string): Promise<readonly string[]> {
  if (property === 'child') return (await source.children(concept.code, day)).map(({ code }) => code)
  return valuesOf(concept, property)
}
