import { insideName } from '../resources/contained.ts'
import type { IndexEntry } from '../resources/store/port.ts'
import type {
  Bounds,
  Comparison,
  EntryExpression,
  EntryTable,
  Expression,
  RangeTest,
  StringMode,
  TokenTest,
} from './expression.ts'
import { type ResourceName, restrictionOf } from './searcher.ts'
import { isNear } from './types/near.ts'

/**
 * What an Expression is decided on: a resource's id, its last update (ms since 1970) and its index entries; of a contained
 * one also its container.
 */
export interface Facts {
  id: string
  lastUpdated: number
  entries: readonly IndexEntry[]
  container?: ResourceName
}

/**
 * What is decided on more than a resource itself: the type of that at hand, and all resources by their type, contained ones
 * under its `insideName`.
 */
export interface World {
  type: string
  resources(type: string): Iterable<Facts>
}

/** Whether a resource meets an Expression, decided without the store. What is asked of other resources takes a world. */
export function matches(expression: Expression, facts: Facts, world?: World): boolean {
  switch (expression.kind) {
    case 'all':
      return true
    case 'none':
      return false
    case 'and':
      return expression.parts.every((part) => matches(part, facts, world))
    case 'or':
      return expression.parts.some((part) => matches(part, facts, world))
    case 'not':
      return !matches(expression.part, facts, world)
    case 'id':
      return expression.ids.includes(facts.id)
    case 'lastUpdated':
      return expression.ranges.some((range) => within(range, facts.lastUpdated))
    case 'composite':
      return compositeMatches(expression.parts, facts.entries)
    case 'chain':
      return chainMatches(expression, facts, known(world))
    case 'has':
      return hasMatches(expression, facts, known(world))
    case 'contains':
      return containsMatches(expression, facts, known(world))
    case 'within':
      return withinMatches(expression, facts, known(world))
    default:
      return facts.entries.some((entry) => entryMatches(expression, entry))
  }
}

function known(world: World | undefined): World {
  if (!world) throw new Error('what is asked of other resources is decided only where they are known')
  return world
}

function chainMatches(
  { param, canonical, targets }: Extract<Expression, { kind: 'chain' }>,
  { entries }: Facts,
  world: World,
): boolean {
  return targets.some(({ type, where }) => {
    const inside = { ...world, type }
    const isMeant = (target: Facts) => refersTo(entries, { param, canonical }, type, target)
    return [...world.resources(type)].some((target) => isMeant(target) && matches(where, target, inside))
  })
}

/** Whether entries have a reference to a resource of a type, or a canonical that means it. */
function refersTo(
  entries: readonly IndexEntry[],
  { param, canonical }: { param: string; canonical?: true | undefined },
  type: string,
  target: Facts,
): boolean {
  if (!canonical)
    return entries.some(
      ([kind, name, to, id]) => kind === 'reference' && name === param && to === type && id === target.id,
    )
  const names = target.entries.filter(([, name]) => name === 'url:canonical').map(([, , uri]) => uri)
  return entries.some(([, name, uri]) => name === `${param}:canonical` && names.includes(uri))
}

function hasMatches(
  { type, param, canonical, where }: Extract<Expression, { kind: 'has' }>,
  facts: Facts,
  world: World,
): boolean {
  const inside = { ...world, type }
  const refersHere = ({ entries }: Facts) => refersTo(entries, { param, canonical }, world.type, facts)
  return [...world.resources(type)].some((source) => refersHere(source) && matches(where, source, inside))
}

function containsMatches(
  { type, where }: Extract<Expression, { kind: 'contains' }>,
  { id }: Facts,
  world: World,
): boolean {
  const inside = { ...world, type: insideName(type) }
  const isHere = ({ container }: Facts) => container?.type === world.type && container.id === id
  return [...world.resources(inside.type)].some((one) => isHere(one) && matches(where, one, inside))
}

function withinMatches(
  restriction: Extract<Expression, { kind: 'within' }>,
  { container }: Facts,
  world: World,
): boolean {
  if (!container) return false
  const outside = { ...world, type: container.type }
  const where = restrictionOf(restriction, container.type)
  return [...world.resources(container.type)].some(({ id, ...facts }) => {
    return id === container.id && matches(where, { id, ...facts }, outside)
  })
}

function compositeMatches(parts: readonly EntryExpression[], entries: readonly IndexEntry[]): boolean {
  const groups = parts.map((part) => new Set(entries.filter((entry) => entryMatches(part, entry)).map(groupOf)))
  return [...(groups[0] ?? [])].some((group) => group !== undefined && groups.every((found) => found.has(group)))
}

function groupOf(entry: IndexEntry): number | undefined {
  if (entry[0] === 'range') return entry[5]
  if (entry[0] === 'words') return undefined
  return entry[0] === 'uri' ? entry[3] : entry[4]
}

function entryMatches(expression: EntryExpression, entry: IndexEntry): boolean {
  if (entry[1] !== expression.param) return false
  switch (expression.kind) {
    case 'present':
      return expression.table === tableOf(entry[0])
    case 'token':
      return entry[0] === 'token' && expression.tests.some((test) => tokenMatches(test, entry[2], entry[3]))
    case 'string':
      return entry[0] === 'string' && textMatches(expression.mode, expression.texts, entry[2], entry[3])
    case 'uri':
      return entry[0] === 'uri' && expression.uris.some((uri) => uriMatches(expression.mode, uri, entry[2]))
    case 'range':
      return entry[0] === 'range' && expression.tests.some((test) => rangeMatches(test, entry[2], entry[3], entry[4]))
    case 'words':
      return entry[0] === 'words' && wordsMatch(expression.any, entry[2])
    case 'near':
      return entry[0] === 'range' && expression.tests.some((test) => isNear(test, entry[3], entry[4]))
    case 'reference':
      return entry[0] === 'reference'
        ? expression.targets.some((target) => target.type === entry[2] && target.id === entry[3]) ||
            (expression.bare.types.includes(entry[2]) && expression.bare.ids.includes(entry[3]))
        : entry[0] === 'uri' && expression.uris.includes(entry[2])
  }
}

function tableOf(kind: IndexEntry[0]): EntryTable {
  return kind === 'string' || kind === 'range' ? kind : 'entry'
}

function within({ start, end }: Bounds, moment: number): boolean {
  return (start === undefined || moment >= start) && (end === undefined || moment < end)
}

function tokenMatches(test: TokenTest, system: string, code: string): boolean {
  return (test.system === undefined || test.system === system) && (test.code === undefined || test.code === code)
}

function textMatches(mode: StringMode, texts: readonly string[], folded: string, exact: string): boolean {
  switch (mode) {
    case 'exact':
      return texts.includes(exact)
    case 'whole':
      return texts.includes(folded)
    case 'starts':
      return texts.some((text) => folded.startsWith(text))
    case 'contains':
      return texts.some((text) => folded.includes(text))
    case 'ends':
      return texts.some((text) => folded.endsWith(text))
    case 'before':
      return texts.some((text) => codePointOrder(folded, text) < 0)
    case 'after':
      return texts.some((text) => codePointOrder(folded, text) > 0)
  }
}

/** JavaScript compares halves of surrogate pairs; UTF-8 has the order of the code points. */
function codePointOrder(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

function wordsMatch(any: readonly string[][], text: string): boolean {
  const words = new Set(text.split(' '))
  return any.some((wanted) => wanted.every((word) => words.has(word)))
}

/** A uri contains itself and what goes on behind a `/` (R4 search, uri). */
function uriMatches(mode: 'below' | 'above' | undefined, wanted: string, uri: string): boolean {
  if (wanted === uri) return true
  if (mode === 'below') return contains(wanted, uri)
  return mode === 'above' && contains(uri, wanted)
}

function contains(outer: string, inner: string): boolean {
  return inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)
}

function rangeMatches({ unit, all, any }: RangeTest, ofEntry: string, low: number, high: number): boolean {
  const holds = ([end, is, than]: Comparison) => compare(end === 'low' ? low : high, is, than)
  return unit === ofEntry && all.every(holds) && (!any || any.length === 0 || any.some(holds))
}

function compare(value: number, is: Comparison[1], than: number): boolean {
  switch (is) {
    case '<':
      return value < than
    case '<=':
      return value <= than
    case '>':
      return value > than
    case '>=':
      return value >= than
  }
}
