import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Groups of types by name, without `@`; each type that has an endpoint is in one. */
export const TYPE_GROUPS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(JSON.parse(readFileSync(join(import.meta.dirname, 'type-groups.json'), 'utf8'))),
)

const groupOf = new Map([...TYPE_GROUPS].flatMap(([group, types]) => types.map((type) => [type, group] as const)))

/** How a rule may name a type, the closest first. */
export function namesOf(type: string): string[] {
  return [type, `@${groupOf.get(type)}`, '*']
}
