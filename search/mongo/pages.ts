import type { Document } from 'mongodb'
import { allOf, type Expression } from '../expression.ts'
import type { FoundPage, Manner, Search } from '../searcher.ts'
import type { Place, SortKey } from '../sort.ts'
import { everyOf, type MongoFilter } from './conditions.ts'
import type { Filters } from './far.ts'
import { type Field, fieldsOf, hasStretches, type Order, stretchesOf } from './order.ts'
import type { Reading, Seen } from './reading.ts'
import { sortSteps, valueName } from './sorted.ts'
import { fieldsWithTexts, foundOf, pageOf } from './texts.ts'

/** A page of a search; see `Searcher.find`. */
export async function findPage(
  reading: Reading,
  filters: Filters,
  search: Search,
  count: number,
  { from, backward = false, around }: Manner & { from: string | undefined },
): Promise<FoundPage> {
  const { type, where, sort = [] } = search
  const fields = fieldsOf(sort)
  const wanted: Wanted = {
    type,
    filter: await filters.read(type, where),
    order: { fields, place: placeOf(from, fields), backward },
    isRequired: isRequired(where, sort[0]),
    limit: count + 1,
    fields: { ...fieldsWithTexts(count + 1, around !== undefined), ...valuesOf(fields) },
  }
  const documents = hasStretches(fields) ? await inStretches(reading, wanted) : await allSorted(reading, wanted)
  const found = documents.map((document) => foundOf(type, document, positionOf(document, fields)))
  const page = pageOf(found, count)
  if (backward) page.found.reverse()
  return page
}

interface Wanted {
  type: string
  filter: MongoFilter
  order: Order
  isRequired: boolean
  limit: number
  fields: Document
}

async function inStretches(
  reading: Reading,
  { type, filter, order, isRequired, limit, fields }: Wanted,
): Promise<Seen[]> {
  const documents: Seen[] = []
  for (const stretch of stretchesOf(order, isRequired)) {
    const rest = { projection: fields, sort: stretch.sort, limit: limit - documents.length }
    documents.push(...(await reading.find(type, everyOf([filter, stretch.filter]), rest)))
    if (documents.length === limit) break
  }
  return documents
}

function allSorted(reading: Reading, { type, filter, order, limit, fields }: Wanted): Promise<Seen[]> {
  return reading.aggregate<Seen>(type, [{ $match: filter }, { $project: fields }, ...sortSteps(order, limit)])
}

/** Without keys the order is that of ids, and a position is one. */
function placeOf(from: string | undefined, fields: readonly Field[]): Place | undefined {
  if (from === undefined) return undefined
  return fields.length === 0 ? [from] : (JSON.parse(from) as Place)
}

function positionOf(document: Seen, fields: readonly Field[]): string {
  if (fields.length === 0) return document._id
  return JSON.stringify([...fields.map((_, at): unknown => document[valueName(at)] ?? null), document._id])
}

function valuesOf(fields: readonly Field[]): Document {
  return Object.fromEntries(fields.map(({ path }, at) => [valueName(at), `$${path}`]))
}

/** Whether what meets a search has a value to be sorted by. */
function isRequired(where: Expression, key: SortKey | undefined): boolean {
  if (!key || typeof key.by === 'string') return false
  const { param } = key.by
  const flat = allOf([where])
  return (flat.kind === 'and' ? flat.parts : [flat]).some((part) => {
    if (part.kind === 'range') return part.param === param && part.tests.every(({ unit }) => unit === '')
    return ['token', 'string', 'reference', 'uri'].includes(part.kind) && 'param' in part && part.param === param
  })
}
