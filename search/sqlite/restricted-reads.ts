import type { DatabaseSync } from 'node:sqlite'
import { StatementCache } from '../../resources/store/sqlite/statement-cache.ts'
import { toVersion, type VersionRow } from '../../resources/store/sqlite/version-row.ts'
import type { Expression } from '../expression.ts'
import { type LiveVersion, type ResourceName, type Restriction, restrictionOf } from '../searcher.ts'
import { Conditions } from './conditions.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { Numbers } from './numbers.ts'

/** A statement in front of and behind the id that is asked for. */
interface Statement {
  front: Fragment
  behind: Fragment
}

/**
 * Reads by id what a restriction holds for, by one statement: it is made once for a restriction and a type, and asked with
 * each read of a caller.
 */
export class RestrictedReads {
  private readonly numbers: Numbers
  private readonly statements: StatementCache
  private readonly made = new WeakMap<Restriction, Map<string, Statement | undefined>>()

  constructor(database: DatabaseSync) {
    this.numbers = new Numbers(database)
    this.statements = new StatementCache(database)
  }

  /** Whether what a type is restricted by is decided by what a resource has itself, so that it cannot take long. */
  takes(type: string, restriction: Restriction): boolean {
    return this.statement(type, restriction) !== undefined
  }

  /** The live version, where the restriction holds for it. */
  read({ type, id }: ResourceName, restriction: Restriction): LiveVersion | undefined {
    const { front, behind } = this.statement(type, restriction)!
    const row = this.statements
      .prepare(`${front.sql} AND r.id = ? ${behind.sql}`)
      .get(...front.values, id, ...behind.values)
    return row && (toVersion(row as unknown as VersionRow, type) as LiveVersion)
  }

  private statement(type: string, restriction: Restriction): Statement | undefined {
    const made = this.made.get(restriction) ?? new Map<string, Statement | undefined>()
    this.made.set(restriction, made)
    if (!made.has(type)) made.set(type, this.make(type, restrictionOf(restriction, type)))
    return made.get(type)
  }

  private make(type: string, narrowed: Expression): Statement | undefined {
    if (!isOwn(narrowed)) return undefined
    const test = new Conditions(this.numbers, undefined).test(type, narrowed, { rid: 'r.rid', row: 'r' })
    return {
      front: sql`SELECT v.type, r.id, v.version, v.updated, v.method, v.text
        FROM resource r CROSS JOIN version v ON v.seq = r.seq WHERE r.type = ${this.numbers.type(type)}`,
      behind: sql`${raw('AND r.live = 1')} AND ${test}`,
    }
  }
}

/** Whether an Expression asks nothing of other resources. */
function isOwn(expression: Expression): boolean {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts.every(isOwn)
    case 'not':
      return isOwn(expression.part)
    default:
      return !['chain', 'has', 'contains', 'within'].includes(expression.kind)
  }
}
