import type { MongoFilter } from '../conditions.ts'

/** What is asked of a path: one of some values, or what lies between ends; of a range, whether it has these. */
export type Test =
  | { kind: 'points'; values: readonly unknown[] }
  | { kind: 'range'; low: boolean; high: boolean; from?: unknown }

/** A test that an index on its path can serve. Those of one `element` are about one element of an array. */
export interface Predicate {
  path: string
  test: Test
  element?: object
}

/** A filter taken apart: what must all hold. */
export interface Conjunction {
  predicates: readonly Predicate[]
  /** Of each list one holds. */
  alternatives: readonly (readonly Conjunction[])[]
  /** Paths of what no index serves; '' where it is not known which. */
  others: readonly string[]
}

const ENDS = ['$gt', '$gte', '$lt', '$lte']

/** Takes a filter apart as MongoDB's planner does. */
export function conjunctionOf(filter: MongoFilter): Conjunction {
  return together(Object.entries(filter).map(([path, value]) => partOf(path, value)))
}

/** That all of some hold. */
export function together(parts: readonly Conjunction[]): Conjunction {
  return {
    predicates: parts.flatMap(({ predicates }) => predicates),
    alternatives: parts.flatMap(({ alternatives }) => alternatives),
    others: parts.flatMap(({ others }) => others),
  }
}

/** All paths that must be looked at to decide it. */
export function pathsOf({ predicates, alternatives, others }: Conjunction): string[] {
  return [...predicates.map(({ path }) => path), ...others, ...alternatives.flat().flatMap(pathsOf)]
}

function partOf(path: string, value: unknown): Conjunction {
  if (path === '$and') return together((value as MongoFilter[]).map(conjunctionOf))
  if (path === '$or') return { ...NOTHING, alternatives: [(value as MongoFilter[]).map(conjunctionOf)] }
  if (path.startsWith('$')) return { ...NOTHING, others: [''] }
  if (!isOperators(value)) return { ...NOTHING, predicates: [pointsAt(path, [value])] }
  return together(Object.entries(value).map(([operator, operand]) => operatorOf(path, operator, operand)))
}

const NOTHING: Conjunction = { predicates: [], alternatives: [], others: [] }

function operatorOf(path: string, operator: string, operand: unknown): Conjunction {
  if (operator === '$elemMatch') return elementOf(path, operand as MongoFilter)
  if (operator === '$in') return { ...NOTHING, predicates: [pointsAt(path, operand as unknown[])] }
  if (operator === '$eq') return { ...NOTHING, predicates: [pointsAt(path, [operand])] }
  if (!ENDS.includes(operator)) return { ...NOTHING, others: [path] }
  return { ...NOTHING, predicates: [{ path, test: rangeOf({ [operator]: operand }) }] }
}

/** What is asked of one element, which is a value or has fields; what is deeper in it is looked at in the document. */
function elementOf(path: string, asked: MongoFilter): Conjunction {
  const element = {}
  if (isOperators(asked)) return { ...NOTHING, predicates: [{ path, test: rangeOf(asked), element }], others: [path] }
  const predicates: Predicate[] = []
  for (const [name, value] of Object.entries(asked)) {
    if (name.startsWith('$')) continue
    const test = isOperators(value) ? rangeOf(value) : ({ kind: 'points', values: [value] } satisfies Test)
    predicates.push({ path: `${path}.${name}`, test, element })
  }
  return { ...NOTHING, predicates, others: [path] }
}

function rangeOf(ends: MongoFilter): Test {
  const has = (start: string) => Object.entries(ends).some(([name, end]) => name.startsWith(start) && isEnd(end))
  return { kind: 'range', low: has('$gt'), high: has('$lt'), from: ends.$gte ?? ends.$gt }
}

function isEnd(end: unknown): boolean {
  return typeof end !== 'number' || Number.isFinite(end)
}

function pointsAt(path: string, values: readonly unknown[]): Predicate {
  return { path, test: { kind: 'points', values } }
}

function isOperators(value: unknown): value is MongoFilter {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.keys(value).every((name) => name.startsWith('$'))
}
