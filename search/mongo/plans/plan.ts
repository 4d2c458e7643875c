import type { DeclaredIndex } from '../../../resources/store/mongo/indexes.ts'
import { type Bound, waysOf } from './bounds.ts'
import { arrayOf } from './declaration.ts'
import { type Conjunction, conjunctionOf, type Predicate, pathsOf, together } from './predicates.ts'
import type { Query } from './recorder.ts'
import { CLASSES, lessSelective, type Selectivity, selectivityOf } from './selectivity.ts'
import { type Served, servedBy } from './sorts.ts'

/** How a query is answered, at best: MongoDB tries its plans and goes on with the one that gives most. */
export interface Plan {
  /** Names of indexes; none: the collection is read through. */
  indexes: readonly string[]
  /** The bounds that count, index by index. */
  bounds: readonly (readonly Bound[])[]
  sort: Served
  selectivity: Selectivity
  /** Stretches of indexes that are looked at. */
  stretches: number
  /** Paths of what is decided by the documents themselves. */
  rest: readonly string[]
}

type Sort = Readonly<Record<string, 1 | -1>>

const BY_ID: DeclaredIndex = { name: '_id', key: { _id: 1 } }

/** The best plan of a query on a collection with these indexes, and that of `_id`. */
export function planOf({ filter, sort = {} }: Query, declared: readonly DeclaredIndex[]): Plan {
  const order = sort === 'computed' ? { computed: 1 as const } : sort
  return best([...plansOf(conjunctionOf(filter), [BY_ID, ...declared], order), through(filter, order)])
}

function through(filter: Query['filter'], sort: Sort): Plan {
  const served = Object.keys(sort).length === 0 ? 'in order' : 'not'
  const rest = pathsOf(conjunctionOf(filter))
  return { indexes: [], bounds: [], sort: served, selectivity: 'a whole type', stretches: 1, rest }
}

/** Plans by one index each, and for each list of alternatives by one index for each of them. */
function plansOf(asked: Conjunction, declared: readonly DeclaredIndex[], sort: Sort): Plan[] {
  const single = declared.flatMap((index) => {
    return waysOf(index, asked.predicates).map((bounds) => scan(index, bounds, asked, sort))
  })
  const isSorted = Object.keys(sort).length > 0
  const usable = single.filter((one) => one.bounds[0]![0]!.test || (isSorted && one.sort === 'in order'))
  return [...usable, ...asked.alternatives.flatMap((list) => unionOf(list, asked, declared, sort))]
}

function scan(index: DeclaredIndex, bounds: readonly Bound[], asked: Conjunction, sort: Sort): Plan {
  const used = new Set(bounds.flatMap((bound) => bound.used))
  const others = { ...asked, predicates: asked.predicates.filter((predicate) => !used.has(predicate)) }
  // What an index has of no array, it decides by itself.
  const inIndex = new Set(Object.keys(index.key).filter((path) => arrayOf(path) === undefined))
  const rest = pathsOf(others).filter((path) => !inIndex.has(path))
  const until = bounds.findIndex(({ test }) => test?.kind !== 'points')
  const points = until < 0 ? bounds : bounds.slice(0, until)
  const stretches = points.reduce((all, { test }) => all * (test?.kind === 'points' ? test.values.length : 1), 1)
  return {
    indexes: [index.name],
    bounds: [bounds],
    sort: servedBy(index, bounds, sort),
    selectivity: selectivityOf(bounds),
    stretches,
    rest: [...new Set(rest)],
  }
}

/** Of each alternative the best plan that enters an index by what it asks itself; what is asked besides narrows it. */
function unionOf(
  list: readonly Conjunction[],
  asked: Conjunction,
  declared: readonly DeclaredIndex[],
  sort: Sort,
): Plan[] {
  const besides = { ...asked, alternatives: asked.alternatives.filter((other) => other !== list) }
  const plans = list.map((one) => {
    const own = new Set(predicatesIn(one))
    const all = plansOf(together([one, besides]), declared, sort)
    return all.filter(({ bounds }) => bounds.every(([first]) => first!.used.some((predicate) => own.has(predicate))))
  })
  if (plans.some((some) => some.length === 0)) return []
  return [plans.map(best).reduce(union)]
}

function predicatesIn({ predicates, alternatives }: Conjunction): Predicate[] {
  return [...predicates, ...alternatives.flat().flatMap(predicatesIn)]
}

function union(one: Plan, other: Plan): Plan {
  return {
    indexes: [...new Set([...one.indexes, ...other.indexes])],
    bounds: [...one.bounds, ...other.bounds],
    sort: one.sort === 'not' || other.sort === 'not' ? 'not' : 'merged',
    selectivity: lessSelective(one.selectivity, other.selectivity),
    stretches: one.stretches + other.stretches,
    rest: [...new Set([...one.rest, ...other.rest])],
  }
}

function best(plans: readonly Plan[]): Plan {
  return plans.reduce((one, other) => (isBetter(other, one) ? other : one))
}

/** A plan whose every step finds something is better than one that leads to less but must see all of that. */
function isBetter(one: Plan, other: Plan): boolean {
  const [own, others] = [ranksOf(one), ranksOf(other)]
  const at = own.findIndex((rank, place) => rank !== others[place])
  return at >= 0 && own[at]! < others[at]!
}

function ranksOf({ indexes, sort, rest, selectivity, stretches }: Plan): number[] {
  const findsAll = sort !== 'not' && rest.every(isNearlyAlways)
  const no = (holds: boolean) => (holds ? 0 : 1)
  return [
    no(indexes.length > 0),
    no(findsAll),
    CLASSES.indexOf(selectivity),
    no(sort !== 'not'),
    rest.length,
    stretches,
  ]
}

/** Nearly all documents are of live resources; of a date's span only all are asked for besides others. */
export function isNearlyAlways(path: string): boolean {
  return path === 'live' || /^s\..*\.w$/.test(path)
}
