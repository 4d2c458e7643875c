import { insideName, typeInside } from '../../resources/contained.ts'
import { type Bounds, type Expression, isOfEntries } from '../expression.ts'
import { type Restriction, restrictionOf } from '../searcher.ts'
import { entryRows } from './entries.ts'
import { type Fragment, join, listOf, raw, sql } from './fragment.ts'
import { isLong, isOneOf, refersToOneOf } from './long-lists.ts'
import type { Numbers } from './numbers.ts'
import { stepOf } from './steps.ts'

/** The resource that a condition is about: its `rid`, and the table that has its row, which may be joined behind. */
export interface Subject {
  rid: string
  row: string
}

/**
 * Makes conditions of Expressions. What is asked of other resources, at the far end of a chain, is narrowed to those
 * that the caller may see. `restriction` is left out for Expressions that are themselves what narrows.
 */
export class Conditions {
  /** Conditions for Expressions that are themselves what narrows: of the same statement. */
  readonly unrestricted: Conditions
  readonly numbers: Numbers
  private readonly restriction: Restriction | undefined
  private readonly aliases: { last: number }

  constructor(numbers: Numbers, restriction: Restriction | undefined, aliases = { last: 0 }) {
    this.numbers = numbers
    this.restriction = restriction
    this.aliases = aliases
    this.unrestricted = restriction === undefined ? this : new Conditions(numbers, undefined, aliases)
  }

  /** A name for a table that no other of the statement has. */
  alias(letter: string): string {
    return `${letter}${++this.aliases.last}`
  }

  /** What the caller may see of a type. */
  narrowing(type: string): Expression {
    return this.restriction ? restrictionOf(this.restriction, type) : { kind: 'all' }
  }

  /** That a resource at the other end of a reference meets an Expression and may be seen. */
  private seen(type: string, where: Expression, subject: Subject): Fragment {
    return sql`${this.test(type, where, subject)} AND ${this.unrestricted.test(type, this.narrowing(type), subject)}`
  }

  /** The condition that a resource meets an Expression. */
  test(type: string, expression: Expression, subject: Subject): Fragment {
    switch (expression.kind) {
      case 'all':
        return raw('1')
      case 'none':
        return raw('0')
      case 'and':
      case 'or':
        return this.combined(type, expression, subject)
      case 'not':
        return sql`NOT ${this.test(type, expression.part, subject)}`
      case 'id':
        return isOneOf(expression.ids, subject.row)
      case 'lastUpdated':
        return updated(expression.ranges, subject.row)
      case 'composite':
        return sql`EXISTS (SELECT 1 FROM ${this.elementRows(type, expression, subject.rid)})`
      case 'chain':
        return this.chained(type, expression, subject)
      case 'has':
        return this.referredTo(type, expression, subject)
      case 'contains':
        return this.containing(expression, subject)
      case 'within':
        return this.contained(type, expression, subject)
      default: {
        if (isLong(expression)) {
          return refersToOneOf(this.numbers, type, expression, subject.rid, [this.alias('e'), this.alias('r')])
        }
        const alias = this.alias('e')
        const { from, where } = entryRows(this.numbers, type, expression, alias)
        return sql`EXISTS (SELECT 1 FROM ${from} WHERE ${raw(`${alias}.rid = ${subject.rid}`)} AND ${where})`
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
      const { from, where } = entryRows(this.numbers, type, part, alias)
      tables.push(from)
      if (at > 0) tests.push(raw(`${alias}.rid = ${first}.rid AND ${alias}.grp = ${first}.grp`))
      else if (rid !== undefined) tests.push(raw(`${alias}.rid = ${rid}`))
      tests.push(where)
    }
    return sql`${join(tables, ' CROSS JOIN ')} WHERE ${join(tests, ' AND ')}`
  }

  private combined(
    type: string,
    { kind, parts }: { kind: 'and' | 'or'; parts: Expression[] },
    subject: Subject,
  ): Fragment {
    // An empty "or" is nothing, never everything.
    if (parts.length === 0) return raw(kind === 'and' ? '1' : '0')
    const tests = parts.map((part) => this.test(type, part, subject))
    return sql`(${join(tests, kind === 'and' ? ' AND ' : ' OR ')})`
  }

  private chained(
    type: string,
    { param, canonical, targets }: Extract<Expression, { kind: 'chain' }>,
    { rid }: Subject,
  ): Fragment {
    const tests = targets.map(({ type: target, where }) => {
      const row = this.alias('r')
      const step = stepOf(this.numbers, { type, param, canonical }, target, 'forth', this.alias('e'))
      const own = sql`${raw(`${step.near} = ${rid}`)} AND ${step.where}`
      const seen = this.seen(target, where, { rid: step.far, row })
      if (this.isLive(target, where)) return sql`EXISTS (SELECT 1 FROM ${step.tables} WHERE ${own} AND ${seen})`
      return sql`EXISTS (SELECT 1 FROM ${step.tables} CROSS JOIN ${raw(`resource ${row} ON ${row}.rid = ${step.far}`)}
        WHERE ${own} AND ${raw(`${row}.type`)} = ${this.numbers.type(target)} AND ${raw(`${row}.live = 1`)} AND ${seen})`
    })
    return tests.length === 0 ? raw('0') : sql`(${join(tests, ' OR ')})`
  }

  private referredTo(of: string, has: Extract<Expression, { kind: 'has' }>, { rid }: Subject): Fragment {
    const { type, where } = has
    const row = this.alias('r')
    const step = stepOf(this.numbers, has, of, 'back', this.alias('e'))
    const own = sql`${step.where} AND ${raw(`${step.far} = ${rid}`)}`
    const seen = this.seen(type, where, { rid: step.near, row })
    // The entry is that of a live resource of the type.
    const parts = [where, this.narrowing(type)]
    if (!parts.some(asksRow)) return sql`EXISTS (SELECT 1 FROM ${step.tables} WHERE ${own} AND ${seen})`
    return sql`EXISTS (SELECT 1 FROM ${step.tables} CROSS JOIN ${raw(`resource ${row} ON ${row}.rid = ${step.near}`)}
      WHERE ${own} AND ${seen})`
  }

  /** No more is asked of the contained resource than `where`: who may see its container may see it. */
  private containing({ type, where }: Extract<Expression, { kind: 'contains' }>, { rid }: Subject): Fragment {
    const inside = this.alias('r')
    const name = insideName(type)
    // The sign keeps SQLite from walking all contained resources of the type.
    const own = sql`${raw(`${inside}.container = ${rid} AND ${inside}.live = 1 AND +${inside}.type`)} = ${this.numbers.type(name)}`
    const met = this.test(name, where, { rid: `${inside}.rid`, row: inside })
    return sql`EXISTS (SELECT 1 FROM ${raw(`resource ${inside}`)} WHERE ${own} AND ${met})`
  }

  private contained(type: string, within: Extract<Expression, { kind: 'within' }>, { rid }: Subject): Fragment {
    const [inside, outer] = [this.alias('r'), this.alias('r')]
    // The types are named one by one: what is not known to contain others is not seen.
    const tests = this.numbers.containers(typeInside(type) ?? '').map((container) => {
      const met = this.test(container, restrictionOf(within, container), { rid: `${outer}.rid`, row: outer })
      return sql`(${raw(`${outer}.type`)} = ${this.numbers.type(container)} AND ${met})`
    })
    if (tests.length === 0) return raw('0')
    return sql`EXISTS (SELECT 1 FROM ${raw(`resource ${inside} CROSS JOIN resource ${outer} ON ${outer}.rid = ${inside}.container
      WHERE ${inside}.rid = ${rid}`)} AND (${join(tests, ' OR ')}))`
  }

  /** Whether what is asked of a type, and what the caller may see of it, tells of itself that a resource is live and of it. */
  private isLive(type: string, where: Expression): boolean {
    const parts = [where, this.narrowing(type)]
    return parts.some(isOfEntries) && !parts.some(asksRow)
  }
}

/** Whether the condition of an Expression needs the row of a resource, and not its `rid` alone. */
function asksRow(expression: Expression): boolean {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts.some(asksRow)
    case 'not':
      return asksRow(expression.part)
    default:
      return expression.kind === 'id' || expression.kind === 'lastUpdated'
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
