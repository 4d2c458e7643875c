import type { Bounds, Expression } from '../expression.ts'
import { type EntryExpression, entryRows } from './entries.ts'
import { type Fragment, join, sql } from './fragment.ts'

/** Where a query's resources come from, as table `r`, and the conditions that the source leaves to be tested. */
export interface Source {
  from: Fragment
  where: Fragment
  /** Column that gives the order and the place of the next page. */
  order: string
}

/**
 * Compiles an Expression over the live resources of a type. The most selective criterion drives the query from its
 * index; the rest are looked up for each resource that it gives.
 */
export function compileSource(type: string, expression: Expression, after: number | undefined): Source {
  const parts = expression.kind === 'and' ? expression.parts : [expression]
  const driver = parts.filter(canDrive).sort((one, other) => cost(one) - cost(other))[0]
  const rest = parts.filter((part) => part !== driver).map((part) => test(type, part))
  const from = driver ? driven(type, driver, after) : undefined
  if (from) return { from, where: join([sql`1`, ...rest], ' AND '), order: 'd.rid' }
  const typeTest = sql`r.type = (SELECT id FROM type WHERE name = ${type}) AND r.live = 1`
  const position = after === undefined ? [] : [sql`r.rid > ${after}`]
  return { from: sql`resource r`, where: join([typeTest, ...position, ...rest], ' AND '), order: 'r.rid' }
}

function canDrive(expression: Expression): expression is EntryExpression {
  return 'param' in expression && expression.kind !== 'present'
}

/** Rough order of how few resources a criterion leaves: what identifies, what belongs to one patient, all others. */
function cost(expression: EntryExpression): number {
  if (/identifier|^url$/.test(expression.param)) return 0
  if (expression.kind === 'reference') return 1
  if (expression.kind === 'string') return expression.mode === 'starts' ? 2 : 9
  return expression.kind === 'token' ? 3 : 4
}

function driven(type: string, expression: EntryExpression, after: number | undefined): Fragment {
  const { table, where, unique } = entryRows(type, expression)
  const position = after === undefined ? sql`` : sql` AND rid > ${after}`
  const rows = sql`FROM ${{ sql: table, values: [] }} WHERE ${where}${position}`
  const distinct = { sql: unique ? '' : 'DISTINCT', values: [] }
  return sql`(SELECT ${distinct} rid ${rows}) d CROSS JOIN resource r ON r.rid = d.rid`
}

/** A condition on table `r`. */
function test(type: string, expression: Expression): Fragment {
  switch (expression.kind) {
    case 'all':
      return sql`1`
    case 'none':
      return sql`0`
    case 'and':
    case 'or':
      return combined(type, expression)
    case 'not':
      return sql`NOT ${test(type, expression.part)}`
    case 'id':
      return sql`r.id IN (${join(
        expression.ids.map((id) => sql`${id}`),
        ', ',
      )})`
    case 'lastUpdated':
      return sql`(${join(expression.ranges.map(bounds), ' OR ')})`
    default: {
      const { table, where } = entryRows(type, expression)
      return sql`EXISTS (SELECT 1 FROM ${{ sql: table, values: [] }} WHERE rid = r.rid AND ${where})`
    }
  }
}

function combined(type: string, { kind, parts }: { kind: 'and' | 'or'; parts: Expression[] }): Fragment {
  // An empty "or" is nothing, never everything.
  if (parts.length === 0) return kind === 'and' ? sql`1` : sql`0`
  return sql`(${join(
    parts.map((part) => test(type, part)),
    kind === 'and' ? ' AND ' : ' OR ',
  )})`
}

function bounds({ start, end }: Bounds): Fragment {
  const tests = [sql`1`]
  if (start !== undefined) tests.push(sql`r.updated >= ${start}`)
  if (end !== undefined) tests.push(sql`r.updated < ${end}`)
  return sql`(${join(tests, ' AND ')})`
}
