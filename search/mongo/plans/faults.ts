import { LISTED_BY } from '../../../resources/store/mongo/indexes.ts'
import { MOST_BETWEEN } from '../searcher.ts'
import { isNearlyAlways, type Plan } from './plan.ts'
import type { Query } from './recorder.ts'
import { isLittle, isUnselective } from './selectivity.ts'

export type Fault = 'no index' | 'sorted in memory' | 'walked through' | 'unbounded list'

/** What is wrong with a query's plan, however large the collection is to become. */
export function faultsOf(query: Query, plan: Plan): Fault[] {
  const faults: Fault[] = []
  if (plan.indexes.length === 0) faults.push('no index')
  else {
    if (plan.sort === 'not' && !isLittle(plan.selectivity)) faults.push('sorted in memory')
    if (isUnselective(plan.selectivity) && !meetsWhatItSees(query, plan)) faults.push('walked through')
  }
  if (plan.stretches > MOST_BETWEEN) faults.push('unbounded list')
  return faults
}

/** Whether nearly all that the index leads to is found: what else is asked follows from its bounds. */
function meetsWhatItSees({ type, filter }: Query, { bounds, rest }: Plan): boolean {
  const date = LISTED_BY[type]
  const isDated = date !== undefined && bounds.every(([first]) => first!.path.startsWith('s.'))
  const asked = isDated ? rest.filter((path) => !isOfDates(path) || !asksOnly(filter, date)) : rest
  return asked.every(isNearlyAlways)
}

function isOfDates(path: string): boolean {
  return path === 'r' || path.startsWith('r.')
}

/** Whether all ranges that a filter asks for are of one parameter. */
function asksOnly(filter: unknown, param: string): boolean {
  if (Array.isArray(filter)) return filter.every((part) => asksOnly(part, param))
  if (typeof filter !== 'object' || filter === null) return true
  return Object.entries(filter).every(([name, value]) => {
    if (name === 'r.p') return value === param
    if (name === 'r') return (value as { $elemMatch?: { p?: unknown } }).$elemMatch?.p === param
    return asksOnly(value, param)
  })
}
