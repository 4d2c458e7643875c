import type { Bounds, EntryExpression, Expression } from '../expression.ts'
import { entryRows, typeId } from './entries.ts'
import { type Fragment, join, listOf, raw, sql } from './fragment.ts'

/** Where a query's resources come from, as table `r`, and the conditions that the source leaves to be tested. */
export interface Source {
  from: Fragment
  where: Fragment
  /** Column that gives the order and the place of the next page. */
  order: string
}

/** What can drive a query: give its resources from an index, instead of testing each one. */
type Driver = EntryExpression | Extract<Expression, { kind: 'id' }>

/**
 * Compiles an Expression over the live resources of a type. The most selective criterion drives the query from its
 * index; the rest are looked up for each resource that it gives.
 */
export function compileSource(type: string, expression: Expression, after: number | undefined): Source {
  const parts = expression.kind === 'and' ? expression.parts : [expression]
  const driver = parts.filter(canDrive).sort((one, other) => cost(one) - cost(other))[0]
  const rest = parts.filter((part) => part !== driver).map((part) => test(type, part))
  if (driver && driver.kind !== 'id') {
    return { from: driven(type, driver, after), where: join([raw('1'), ...rest], ' AND '), order: 'd.rid' }
  }
  const conditions = [sql`r.type = ${typeId(type)}`, raw('r.live = 1')]
  if (after !== undefined) conditions.push(sql`r.rid > ${after}`)
  const from = driver
    ? sql`${listOf([...new Set(driver.ids)])} j CROSS JOIN resource r ON r.id = j.value`
    : raw('resource r')
  return { from, where: join([...conditions, ...rest], ' AND '), order: 'r.rid' }
}

function canDrive(expression: Expression): expression is Driver {
  return expression.kind === 'id' || ('param' in expression && expression.kind !== 'present')
}

/** Rough order of how few resources a criterion leaves: what identifies, what belongs to one patient, all others. */
function cost(expression: Driver): number {
  if (expression.kind === 'id') return -1
  if (/identifier|^url$/.test(expression.param)) return 0
  if (expression.kind === 'reference') return 1
  if (expression.kind === 'string') return expression.mode === 'contains' ? 9 : 2
  return expression.kind === 'token' ? 3 : 4
}

function driven(type: string, expression: EntryExpression, after: number | undefined): Fragment {
  const { from, where, unique } = entryRows(type, expression)
  const position = after === undefined ? raw('') : sql` AND rid > ${after}`
  return sql`(SELECT ${raw(unique ? '' : 'DISTINCT')} rid FROM ${from} WHERE ${where}${position}) d
    CROSS JOIN resource r ON r.rid = d.rid`
}

/** A condition on table `r`. */
function test(type: string, expression: Expression): Fragment {
  switch (expression.kind) {
    case 'all':
      return raw('1')
    case 'none':
      return raw('0')
    case 'and':
    case 'or':
      return combined(type, expression)
    case 'not':
      return sql`NOT ${test(type, expression.part)}`
    case 'id':
      return sql`r.id IN (SELECT value FROM ${listOf(expression.ids)})`
    case 'lastUpdated':
      return updated(expression.ranges)
    default: {
      const { from, where } = entryRows(type, expression)
      return sql`EXISTS (SELECT 1 FROM ${from} WHERE rid = r.rid AND ${where})`
    }
  }
}

function combined(type: string, { kind, parts }: { kind: 'and' | 'or'; parts: Expression[] }): Fragment {
  // An empty "or" is nothing, never everything.
  if (parts.length === 0) return raw(kind === 'and' ? '1' : '0')
  const tests = parts.map((part) => test(type, part))
  return sql`(${join(tests, kind === 'and' ? ' AND ' : ' OR ')})`
}

function updated(ranges: readonly Bounds[]): Fragment {
  const [first] = ranges
  if (ranges.length === 1 && first) {
    const tests = [raw('1')]
    if (first.start !== undefined) tests.push(sql`r.updated >= ${first.start}`)
    if (first.end !== undefined) tests.push(sql`r.updated < ${first.end}`)
    return sql`(${join(tests, ' AND ')})`
  }
  const pairs = listOf(ranges.map(({ start, end }) => [start ?? null, end ?? null]))
  return sql`EXISTS (SELECT 1 FROM ${pairs} j
    WHERE r.updated >= ifnull(j.value ->> 0, r.updated) AND r.updated < ifnull(j.value ->> 1, r.updated + 1))`
}
