import type { Bounds, Expression } from '../expression.ts'
import { type Restriction, restrictionOf } from '../searcher.ts'
import { entryRows, paramId, typeId } from './entries.ts'
import { type Fragment, join, listOf, raw, sql } from './fragment.ts'

/**
 * Makes conditions of Expressions. What is asked of other resources, at the far end of a chain, is narrowed to those
 * that the caller may see. `restriction` is left out for Expressions that are themselves what narrows.
 */
export class Conditions {
  /** Conditions for Expressions that are themselves what narrows: of the same statement. */
  readonly unrestricted: Conditions
  private readonly restriction: Restriction | undefined
  private readonly aliases: { last: number }

  constructor(restriction: Restriction | undefined, aliases = { last: 0 }) {
    this.restriction = restriction
    this.aliases = aliases
    this.unrestricted = restriction === undefined ? this : new Conditions(undefined, aliases)
  }

  /** A name for a table that no other of the statement has. */
  alias(letter: string): string {
    return `${letter}${++this.aliases.last}`
  }

  /** What the caller may see of a type. */
  narrowing(type: string): Expression {
    return this.restriction ? restrictionOf(this.restriction, type) : { kind: 'all' }
  }

  /** That a resource at the other end of a reference, in table `row`, meets an Expression and may be seen. */
  private seen(type: string, where: Expression, row: string): Fragment {
    return sql`${this.test(type, where, row)} AND ${this.unrestricted.test(type, this.narrowing(type), row)}`
  }

  /** The condition that the resource in table `row` (columns of `resource`) meets an Expression. */
  test(type: string, expression: Expression, row: string): Fragment {
    switch (expression.kind) {
      case 'all':
        return raw('1')
      case 'none':
        return raw('0')
      case 'and':
      case 'or':
        return this.combined(type, expression, row)
      case 'not':
        return sql`NOT ${this.test(type, expression.part, row)}`
      case 'id':
        return sql`${raw(row)}.id IN (SELECT value FROM ${listOf(expression.ids)})`
      case 'lastUpdated':
        return updated(expression.ranges, row)
      case 'composite':
        return sql`EXISTS (SELECT 1 FROM ${this.elementRows(type, expression, `${row}.rid`)})`
      case 'chain':
        return this.chained(type, expression, row)
      case 'has':
        return this.referredTo(expression, row)
      default: {
        const alias = this.alias('e')
        const { from, where } = entryRows(type, expression, alias)
        return sql`EXISTS (SELECT 1 FROM ${from} WHERE ${raw(`${alias}.rid = ${row}.rid`)} AND ${where})`
      }
    }
  }

  /** Rows of entries that meet all parts of a composite in one element, as what follows FROM. With `rid`, of it alone. */
  elementRows(
    type: string,
    { parts }: Extract<Expression, { kind: 'composite' }>,
    rid?: string,
    first = this.alias('c'),
  ): Fragment {
    const tables: Fragment[] = []
    const tests: Fragment[] = []
    for (const [at, part] of parts.entries()) {
      const alias = at === 0 ? first : this.alias('c')
      const { from, where } = entryRows(type, part, alias)
      tables.push(from)
      if (at > 0) tests.push(raw(`${alias}.rid = ${first}.rid AND ${alias}.grp = ${first}.grp`))
      else if (rid !== undefined) tests.push(raw(`${alias}.rid = ${rid}`))
      tests.push(where)
    }
    return sql`${join(tables, ' CROSS JOIN ')} WHERE ${join(tests, ' AND ')}`
  }

  private combined(type: string, { kind, parts }: { kind: 'and' | 'or'; parts: Expression[] }, row: string): Fragment {
    // An empty "or" is nothing, never everything.
    if (parts.length === 0) return raw(kind === 'and' ? '1' : '0')
    const tests = parts.map((part) => this.test(type, part, row))
    return sql`(${join(tests, kind === 'and' ? ' AND ' : ' OR ')})`
  }

  private chained(type: string, { param, targets }: Extract<Expression, { kind: 'chain' }>, row: string): Fragment {
    const tests = targets.map(({ type: target, where }) => {
      const [entry, far] = [this.alias('e'), this.alias('r')]
      return sql`EXISTS (SELECT 1 FROM ${raw(`entry ${entry} CROSS JOIN resource ${far} ON ${far}.rid = ${entry}.value`)}
        WHERE ${raw(`${entry}.rid = ${row}.rid AND ${entry}.param`)} = ${paramId(type, param)}
        AND ${raw(`${far}.type`)} = ${typeId(target)} AND ${raw(`${far}.live = 1`)}
        AND ${this.seen(target, where, far)})`
    })
    return tests.length === 0 ? raw('0') : sql`(${join(tests, ' OR ')})`
  }

  private referredTo({ type, param, where }: Extract<Expression, { kind: 'has' }>, row: string): Fragment {
    const [entry, far] = [this.alias('e'), this.alias('r')]
    return sql`EXISTS (SELECT 1 FROM ${raw(`entry ${entry} CROSS JOIN resource ${far} ON ${far}.rid = ${entry}.rid`)}
      WHERE ${raw(`${entry}.param`)} = ${paramId(type, param)} AND ${raw(`${entry}.value = ${row}.rid AND ${far}.live = 1`)}
      AND ${this.seen(type, where, far)})`
  }
}

/** The condition that the last update in table `row` lies in one of these stretches. */
export function updated(ranges: readonly Bounds[], row: string): Fragment {
  const column = raw(`${row}.updated`)
  const [first] = ranges
  if (ranges.length === 1 && first) {
    const tests = [raw('1')]
    if (first.start !== undefined) tests.push(sql`${column} >= ${first.start}`)
    if (first.end !== undefined) tests.push(sql`${column} < ${first.end}`)
    return sql`(${join(tests, ' AND ')})`
  }
  const pairs = listOf(ranges.map(({ start, end }) => [start ?? null, end ?? null]))
  return sql`EXISTS (SELECT 1 FROM ${pairs} j
    WHERE ${column} >= ifnull(j.value ->> 0, ${column}) AND ${column} < ifnull(j.value ->> 1, ${column} + 1))`
}
