import { membersOf } from '../definitions/definitions.ts'
import type { Route } from './routes.ts'

/** Whether routes through a type lead to one value at the most: no list on the way, and no two that can both be there. */
export function leadToOne(routes: readonly Route[], typeName: string): boolean {
  const places = new Set<string>()
  for (const { moves } of routes) {
    let type = typeName
    let place = ''
    for (const move of moves) {
      if (move.kind === 'extension') return false
      if (move.kind !== 'member') continue
      const member = membersOf(type).get(move.name)
      if (!member || (member.element.max !== 1 && move.at === undefined)) return false
      // Of a choice (`value[x]`) there is one.
      place += `.${member.name}`
      type = member.type
    }
    places.add(place)
  }
  return places.size <= 1
}
