import type { DatabaseSync } from 'node:sqlite'
import { PAGE_BYTES } from '../../resources/store/port.ts'
import { StatementCache } from '../../resources/store/sqlite/statement-cache.ts'
import { toVersion, type VersionRow } from '../../resources/store/sqlite/version-row.ts'
import type { Found, FoundPage, Link, ResourceName, Restriction, Search } from '../searcher.ts'
import type { Place, SortKey } from '../sort.ts'
import { Conditions } from './conditions.ts'
import { type Fragment, inTime, join, raw, sql } from './fragment.ts'
import { linkStatements } from './links.ts'
import { behind, columnsOf, keyOf, orderBy } from './order.ts'
import { LIMITS, type Limits, type Plan, planOf } from './plan.ts'
import { type Part, Source } from './source.ts'
import { walks } from './walk.ts'

const COLUMNS = 'v.type, r.id, v.version, v.updated, v.method, v.text'

type Row = VersionRow & Record<string, string | number | null>

/** What can be asked, as plain data that may cross to another thread. */
export type Ask =
  | { op: 'find'; search: Search; count: number; after: string | undefined }
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

/** Asks one connection, on the thread that it belongs to. `in_time` must be known to it. */
export class Queries {
  private readonly statements: StatementCache
  private readonly limits: Limits

  /** With other `limits` another plan is made; the answer is the same. */
  constructor(database: DatabaseSync, limits = LIMITS) {
    this.statements = new StatementCache(database)
    this.limits = limits
  }

  answer<A extends Ask>(ask: A): Answered<A>
  answer(ask: Ask): Answers[Ask['op']] {
    switch (ask.op) {
      case 'find':
        return this.find(ask.search, ask.count, ask.after)
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

  private find(search: Search, count: number, after: string | undefined): FoundPage {
    const sort = search.sort ?? []
    const found: Found[] = []
    let bytes = 0
    for (const statement of this.statementsOf(search, count + 1, after)) {
      for (const row of this.rows(statement)) {
        if (found.length === count || bytes > PAGE_BYTES) return { found, more: true }
        const position = sort.length > 0 ? placeOf(row, sort) : row.rid
        const version = toVersion(row, search.type) as Found
        found.push({ ...version, position: JSON.stringify(position) })
        bytes += version.text.length
      }
    }
    return { found, more: false }
  }

  private *rows({ sql: text, values }: Fragment): Generator<Row> {
    try {
      yield* this.statements.prepare(text).iterate(...values) as Iterable<unknown> as Iterable<Row>
    } catch (error) {
      this.statements.forget(text)
      throw error
    }
  }

  private ids(search: Search, count: number): string[] {
    const source = sourceOf(search)
    const { driver } = this.planOf(source, [])
    const { from, where } = source.rows('r', driver)
    const query = sql`SELECT r.id FROM ${from} WHERE ${where} LIMIT ${count}`
    return this.statements
      .prepare(query.sql)
      .all(...query.values)
      .map((row) => String(row.id))
  }

  private count(search: Search): number {
    const source = sourceOf(search)
    const query = countOf(source, this.planOf(source, []))
    return Number(this.statements.prepare(query.sql).get(...query.values)?.n ?? 0)
  }

  private linked({ from, links, restriction, count }: Extract<Ask, { op: 'linked' }>): FoundPage {
    const found: Found[] = []
    const seen = new Set(from.map(({ type, id }) => `${type}/${id}`))
    let bytes = 0
    for (const statement of linkStatements(from, links, restriction)) {
      for (const row of this.rows(statement)) {
        const name = `${row.typeName}/${row.id}`
        if (seen.has(name)) continue
        if (found.length === count || bytes > PAGE_BYTES) return { found, more: true }
        seen.add(name)
        const version = toVersion(row, String(row.typeName)) as Found
        found.push({ ...version, position: '' })
        bytes += version.text.length
      }
    }
    return { found, more: false }
  }

  private explain(search: Search): string[] {
    const source = sourceOf(search)
    const { driver, walk } = this.planOf(source, search.sort ?? [])
    const size = driver ? this.sizes(source)(driver, 100_000) : undefined
    const by = driver
      ? `driven by ${JSON.stringify(driver.expression)}, which gives ${size}`
      : 'all of the type are looked at'
    const steps = this.statementsOf(search, 50, undefined).flatMap(({ sql: text, values }) => [
      'statement',
      ...this.statements
        .prepare(`EXPLAIN QUERY PLAN ${text}`)
        .all(...values)
        .map((row) => `  ${row.detail}`),
    ])
    return [walk ? 'the index of the first sort key is walked' : by, ...steps]
  }

  private statementsOf(search: Search, count: number, after: string | undefined): Fragment[] {
    const source = sourceOf(search)
    const sort = search.sort ?? []
    const plan = this.planOf(source, sort)
    const place: unknown = after === undefined ? undefined : JSON.parse(after)
    if (plan.walk) return walks(source, sort, place as Place | undefined, COLUMNS, count)
    if (sort.length > 0) return [sorted(source, sort, plan, place as Place | undefined, count)]
    const { from, where, order } = source.rows('r', plan.driver, place as number | undefined)
    const joined = sql`${from} CROSS JOIN version v ON v.seq = r.seq WHERE ${where}`
    return [sql`SELECT r.rid, ${raw(COLUMNS)} FROM ${joined} ORDER BY ${order} LIMIT ${count}`]
  }

  private planOf(source: Source, sort: readonly SortKey[]): Plan {
    return planOf(source, sort, this.sizes(source), this.limits)
  }

  private sizes(source: Source) {
    return (driver: Part, most: number): number => {
      const query = sql`SELECT count(*) AS n FROM (SELECT 1 FROM (${source.rids(driver)}) WHERE ${inTime('rid')} LIMIT ${most})`
      return Number(this.statements.prepare(query.sql).get(...query.values)?.n ?? 0)
    }
  }
}

/** A search as what a statement is made of. */
export function sourceOf({ type, where, restriction }: Search): Source {
  const conditions = new Conditions(restriction)
  return new Source(type, where, conditions.narrowing(type), conditions)
}

function placeOf(row: Row, sort: readonly SortKey[]): Place {
  return [...sort.map((_, at) => row[`k${at}`] ?? null), row.id]
}

/** All that is found, sorted. Keys are computed once a row, before those in front of the page are left out. */
function sorted(
  source: Source,
  sort: readonly SortKey[],
  plan: Plan,
  place: Place | undefined,
  count: number,
): Fragment {
  const keys = join(
    sort.map((key, at) => sql`, ${keyOf(source.type, key, 'r')} AS ${raw(`k${at}`)}`),
    '',
  )
  const order = orderBy(sort, columnsOf(sort, 's'))
  const later = place ? behind(sort, place, columnsOf(sort, 's')) : raw('1')
  const { from, where } = source.rows('r', plan.driver)
  return sql`WITH s AS MATERIALIZED (SELECT r.rid, r.id, r.seq${keys} FROM ${from} WHERE ${where})
    SELECT ${raw(COLUMNS.replace('r.id', 's.id'))}${raw(sort.map((_, at) => `, s.k${at}`).join(''))}
    FROM (SELECT * FROM s WHERE ${later} ORDER BY ${order} LIMIT ${count}) s CROSS JOIN version v ON v.seq = s.seq ORDER BY ${order}`
}

function countOf(source: Source, { driver }: Plan): Fragment {
  const [only] = source.parts
  // Entries are there of live resources alone: where they decide, they need not be looked up.
  if (
    only &&
    source.parts.length === 1 &&
    only === driver &&
    'param' in only.expression &&
    only.expression.kind !== 'has'
  ) {
    return sql`SELECT count(*) AS n FROM (${source.rids(only)})`
  }
  const { from, where } = source.rows('r', driver)
  return sql`SELECT count(*) AS n FROM ${from} WHERE ${where}`
}
