/** A filter as MongoDB takes it. */
export type MongoFilter = Readonly<Record<string, unknown>>

/** Every document meets it. */
export const ALWAYS: MongoFilter = {}

/** No document meets it. */
export const NEVER: MongoFilter = { _id: { $in: [] } }

/** That all are met; MongoDB takes no empty lists. */
export function everyOf(filters: readonly MongoFilter[]): MongoFilter {
  if (filters.includes(NEVER)) return NEVER
  const needed = [...new Set(filters.flatMap(partsOf))]
  if (needed.length === 0) return ALWAYS
  return needed.length === 1 ? needed[0]! : { $and: needed }
}

/** What a filter asks together; nothing of what is always met. */
function partsOf(filter: MongoFilter): readonly MongoFilter[] {
  if (filter === ALWAYS) return []
  const { $and: parts } = filter
  return Array.isArray(parts) ? parts : [filter]
}

/** That one is met: of none, never. */
export function anyOf(filters: readonly MongoFilter[]): MongoFilter {
  if (filters.includes(ALWAYS)) return ALWAYS
  const needed = filters.filter((filter) => filter !== NEVER)
  if (needed.length === 0) return NEVER
  return needed.length === 1 ? needed[0]! : { $or: needed }
}

/** That a filter is not met. */
export function noneOf(filter: MongoFilter): MongoFilter {
  if (filter === ALWAYS) return NEVER
  if (filter === NEVER) return ALWAYS
  const { $nor: inner } = filter
  return Array.isArray(inner) && inner.length === 1 ? inner[0] : { $nor: [filter] }
}

/** That a field, or an element of it, is one of these. */
export function isIn(field: string, values: readonly string[]): MongoFilter {
  if (values.length === 0) return NEVER
  return { [field]: values.length === 1 ? values[0] : { $in: values } }
}
