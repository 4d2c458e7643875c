import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { typeInside } from '../../resources/contained.ts'
import { PAGE_BYTES } from '../../resources/store/port.ts'
import { StatementCache } from '../../resources/store/sqlite/statement-cache.ts'
import type { Around, Found, FoundPage, Link, Manner, ResourceName, Restriction, Search } from '../searcher.ts'
import type { SortKey } from '../sort.ts'
import { Conditions } from './conditions.ts'
import { type Fragment, limit, sql } from './fragment.ts'
import { type JoinedRow, joinedPage, pageStatement, textColumns } from './joined-page.ts'
import { linkStatements } from './links.ts'
import { Numbers } from './numbers.ts'
import { LIMITS, type Limits, type Plan, planOf } from './plan.ts'
import { Sizes } from './sizes.ts'
import { type Part, Source } from './source.ts'
import { type SpanRow, spanOf, spanStatement } from './span.ts'
import { countOf, type FoundRow, findStatements, firstOf, sizeOf } from './statements.ts'

/** What can be asked, as plain data that may cross to another thread. */
export type Ask =
  | (Manner & { op: 'find'; search: Search; count: number; from: string | undefined })
  | { op: 'ids'; search: Search; count: number }
  | { op: 'count'; search: Search }
  | { op: 'linked'; from: readonly ResourceName[]; links: readonly Link[]; restriction: Restriction; count: number }
  | { op: 'explain'; search: Search }

interface Answers {
  find: FoundPage
  ids: string[]
  count: number
  linked: FoundPage
  explain: string[]
}

export type Answered<A extends Ask> = Answers[A['op']]

/**
 * Resources of the type that are looked at, before all that an index gives is gathered: so many for each that is wanted, if
 * as large a share of the first ones is.
 */
const LOOKED_AT = 10
const SAMPLE = 50

/** Asks one connection, on the thread that it belongs to. `in_time` must be known to it. */
export class Queries {
  private readonly statements: StatementCache
  private readonly numbers: Numbers
  private readonly limits: Limits
  private readonly known = new Sizes()
  private readonly begin: StatementSync
  private readonly end: StatementSync

  /** With other `limits` another plan is made; the answer is the same. */
  constructor(database: DatabaseSync, limits = LIMITS) {
    this.statements = new StatementCache(database, { asArrays: true })
    this.numbers = new Numbers(database)
    this.begin = database.prepare('BEGIN')
    this.end = database.prepare('COMMIT')
    this.limits = limits
  }

  answer<A extends Ask>(ask: A): Answered<A>
  answer(ask: Ask): Answers[Ask['op']] {
    // All statements of an answer see the same state of the store.
    this.begin.run()
    try {
      return this.answered(ask)
    } finally {
      this.end.run()
    }
  }

  private answered(ask: Ask): Answers[Ask['op']] {
    switch (ask.op) {
      case 'find':
        return this.find(ask)
      case 'ids':
        return this.ids(ask.search, ask.count)
      case 'count':
        return this.count(ask.search)
      case 'linked':
        return this.linked(ask)
      case 'explain':
        return this.explain(ask.search)
    }
  }

  /** The same for an answer of now: what its drivers have in common is looked up. */
  private narrowed(search: Search): Source {
    const source = this.sourceOf(search)
    const inOrder = source.drivers.filter((driver) => source.inOrder(driver))
    if (inOrder.length < 2) return source
    const statement = spanStatement(inOrder.map((driver) => source.rids(driver)))
    source.narrow(spanOf(this.rows<SpanRow>(statement)[0]!))
    return source
  }

  /** A search as what a statement is made of. */
  sourceOf({ type, where, restriction }: Search): Source {
    const conditions = new Conditions(this.numbers, restriction)
    return new Source(type, where, conditions.narrowing(type), conditions)
  }

  containers(type: string): string[] {
    return this.numbers.containers(type)
  }

  private find(ask: Extract<Ask, { op: 'find' }>): FoundPage {
    const { search, count, from, backward } = ask
    const source = this.narrowed(search)
    const sort = search.sort ?? []
    const place: unknown = from === undefined ? undefined : JSON.parse(from)
    if (!backward && this.isDense(source, sort, place as number | undefined)) {
      const most = (count + 1) * LOOKED_AT
      const page = this.page(ask, (columns) => [firstOf(source, place as number | undefined, count + 1, most, columns)])
      // Otherwise more may follow behind the first resources of the type.
      if (page.more) return page
    }
    const plan = this.planOf(source, sort)
    return this.page(ask, (columns) => findStatements(source, { sort, place, backward }, plan, count + 1, columns))
  }

  /** What statements find that give one more than a page. Positions of a sort are not for `joinedPage`: they may be any text. */
  private page(
    { search, count, around, backward = false }: Extract<Ask, { op: 'find' }>,
    statements: (columns?: Fragment) => Fragment[],
  ) {
    const { type, sort = [] } = search
    // A contained resource has to be cut out of the text that is found.
    const joins = sort.length === 0 && count > 0 && !backward && typeInside(type) === undefined
    const page = around && joins ? this.joined(statements, type, count, around) : undefined
    if (page) return page
    const rows: FoundRow[] = []
    for (const statement of statements()) {
      if (rows.length <= count) rows.push(...this.rows<FoundRow>(statement))
    }
    const found = pageOf(rows, count, (row) => {
      const position = sort.length > 0 ? JSON.stringify([...row.slice(4), row[1]]) : String(row[0])
      return { type, id: row[1], position, held: row[2], bytes: row[3] }
    })
    if (backward) found.found.reverse()
    return found
  }

  private joined(statements: (columns: Fragment) => Fragment[], type: string, count: number, around: Around) {
    const [only] = statements(textColumns(count + 1))
    const [row] = this.rows<JoinedRow>(pageStatement(only!, type, around))
    return joinedPage(row!, type, count, around)
  }

  /**
   * Whether the first resources of the type should make a page, where no index gives it in order and none gives but a few:
   * what is not rare need not be gathered as a whole.
   */
  private isDense(source: Source, sort: readonly SortKey[], after: number | undefined): boolean {
    if (sort.length > 0 || source.drivers.length === 0 || !source.parts.every(isQuick)) return false
    const sizes = this.sizes(source)
    const { few } = this.limits
    if (source.drivers.some((driver) => source.inOrder(driver) || sizes(driver, few) < few)) return false
    const sample = firstOf(source, after, SAMPLE, SAMPLE)
    const key = `${sample.sql} ${sample.values.join(' ')}`
    return this.known.get(key, SAMPLE, () => this.rows(sample).length) >= SAMPLE / LOOKED_AT
  }

  /** A statement that failed is not always fit to be asked again. */
  private rows<R>({ sql: text, values }: Fragment): R[] {
    try {
      return this.statements.prepare(text).all(...values) as unknown[] as R[]
    } catch (error) {
      this.statements.forget(text)
      throw error
    }
  }

  private ids(search: Search, count: number): string[] {
    const source = this.narrowed(search)
    const { driver } = this.planOf(source, [])
    const { from, where } = source.rows('r', driver)
    const query = sql`SELECT r.id FROM ${from} WHERE ${where} ${limit(count)}`
    return this.rows<[string]>(query).map(([id]) => id)
  }

  private count(search: Search): number {
    const source = this.narrowed(search)
    return this.number(countOf(source, this.planOf(source, [])))
  }

  private number(query: Fragment): number {
    return this.rows<[number]>(query)[0]![0]
  }

  private linked({ from, links, restriction, count }: Extract<Ask, { op: 'linked' }>): FoundPage {
    const fresh: [type: string, id: string, seq: number, bytes: number][] = []
    const seen = new Set(from.map(({ type, id }) => `${type}/${id}`))
    for (const statement of linkStatements(this.numbers, from, links, restriction)) {
      for (const row of this.rows<(typeof fresh)[number]>(statement)) {
        const name = `${row[0]}/${row[1]}`
        if (!seen.has(name)) fresh.push(row)
        seen.add(name)
      }
      if (fresh.length > count) break
    }
    return pageOf(fresh, count, ([type, id, held, bytes]) => ({ type, id, position: '', held, bytes }))
  }

  private explain(search: Search): string[] {
    const source = this.narrowed(search)
    const sort = search.sort ?? []
    const plan = this.planOf(source, sort)
    const size = plan.driver ? this.number(sizeOf(source, plan.driver, 100_000)) : undefined
    const by = plan.driver
      ? `driven by ${JSON.stringify(plan.driver.expression)}, which gives ${size}`
      : 'all of the type are looked at'
    const steps = findStatements(source, { sort }, plan, 50).flatMap(({ sql: text, values }) => [
      'statement',
      ...this.rows<unknown[]>({ sql: `EXPLAIN QUERY PLAN ${text}`, values }).map((row) => `  ${row.at(-1)}`),
    ])
    return [plan.walk ? 'the index of the first sort key is walked' : by, ...steps]
  }

  private planOf(source: Source, sort: readonly SortKey[]): Plan {
    return planOf(source, sort, this.sizes(source), this.limits)
  }

  private sizes(source: Source) {
    return (driver: Part, most: number): number => {
      return this.known.get(source.keyOf(driver), most, () => {
        const [[size, rids] = [0]] = this.rows<[number, (string | null)?]>(sizeOf(source, driver, most))
        if (rids !== undefined && size < most) source.take(driver, `[${rids ?? ''}]`)
        return size
      })
    }
  }
}

/** Whether a part is told of a resource by what that has itself: others may refer to it in any number. */
function isQuick({ expression }: Part): boolean {
  return expression.kind !== 'has' && !('parts' in expression)
}

/** The first `count` rows, fewer where their texts (the bytes stand fourth) grow past what one answer should hold. */
function pageOf<R extends readonly unknown[]>(
  rows: readonly R[],
  count: number,
  toFound: (row: R) => Found,
): FoundPage {
  const found: Found[] = []
  let bytes = 0
  for (const row of rows) {
    if (found.length === count || bytes > PAGE_BYTES) return { found, more: true }
    found.push(toFound(row))
    bytes += row[3] as number
  }
  return { found, more: false }
}
