import { itemRanges, memberRange, memberStart } from './json/outline.ts'

/**
 * The name that the resources of a type go by where they are contained in others: to the store and to searches they are
 * of a type of their own, which no reference leads to and which nothing asks for but a search with `_contained`.
 */
export function insideName(type: string): string {
  return `#${type}`
}

/** The type that a name of `insideName` stands for; undefined for that of an ordinary type. */
export function typeInside(name: string): string | undefined {
  return name.startsWith('#') ? name.slice(1) : undefined
}

/** What tells a contained resource from all others, and follows the base URL in its fullUrl: `Type/id#contained`. */
export function insideId(container: { type: string; id: string }, id: string): string {
  return `${container.type}/${container.id}#${id}`
}

/**
 * The text of a contained resource, by its type and its `insideId`, as it stands in that of its container; undefined where
 * it is not there. Demands of the text are those of `memberRanges`.
 */
export function insideText(container: Buffer, type: string, id: string): Buffer | undefined {
  const list = memberRange(container, 0, 'contained')
  if (!list) return undefined
  const wanted = `"${id.slice(id.indexOf('#') + 1)}"`
  for (const { start, end, member } of itemRanges(container, list.valueStart, 'id')) {
    if (!member || container.toString('utf8', member.valueStart, member.end) !== wanted) continue
    const named = memberStart(container, start, 'resourceType')
    const name = `"${type}"`
    if (!named || container.toString('utf8', named.valueStart, named.valueStart + name.length) !== name) continue
    return container.subarray(start, end)
  }
  return undefined
}
