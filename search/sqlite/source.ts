import { allOf, type Expression } from '../expression.ts'
import { type Conditions, updated } from './conditions.ts'
import { entryRows, paramId, rangeSelects, typeId } from './entries.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'

/** One of the Expressions that a resource must meet all of, and what makes conditions of it. */
export interface Part {
  expression: Expression
  conditions: Conditions
}

/** What follows FROM, and WHERE. */
export interface Rows {
  from: Fragment
  where: Fragment
  /** The store's own order, from the table that gives the rows: SQLite does not see that the other has the same. */
  order: Fragment
}

/** What is asked of the resources of a type: by the search, and by what the caller may see. */
export class Source {
  readonly type: string
  readonly parts: Part[]
  readonly asked: Conditions

  /** `narrowing` is what the caller may see of the type; `asked` makes conditions of what the caller asks. */
  constructor(type: string, where: Expression, narrowing: Expression, asked: Conditions) {
    this.type = type
    this.asked = asked
    const partsOf = (expression: Expression, conditions: Conditions): Part[] => {
      const flat = allOf([expression])
      return (flat.kind === 'and' ? flat.parts : [flat]).map((part) => ({ expression: part, conditions }))
    }
    const parts = [...partsOf(where, asked), ...partsOf(narrowing, asked.unrestricted)]
    this.parts = parts.filter(({ expression }) => expression.kind !== 'all')
  }

  /** What could drive a query of this, in the order of how few resources it should give. */
  get drivers(): Part[] {
    return this.parts
      .filter(({ expression }) => canDrive(expression))
      .sort((one, other) => cost(one.expression) - cost(other.expression))
  }

  /** Conditions on table `row` for all parts but the driver's. */
  tests(row: string, driver?: Part): Fragment {
    const rest = this.parts.filter((part) => part !== driver)
    return join(
      [raw('1'), ...rest.map(({ expression, conditions }) => conditions.test(this.type, expression, row))],
      ' AND ',
    )
  }

  /**
   * Resources as table `row`, live and of the type, that meet all parts. The driver gives them; without one they are all
   * looked at. `after` is the rid behind which they begin.
   */
  rows(row: string, driver: Part | undefined, after?: number): Rows {
    const own = sql`${inTime(`${row}.rid`)} AND ${raw(`${row}.live = 1 AND ${row}.type`)}`
    const tests = [sql`${own} = ${typeId(this.type)}`, this.tests(row, driver)]
    const given = driver ? this.asked.alias('d') : row
    if (after !== undefined) tests.push(sql`${raw(`${given}.rid`)} > ${after}`)
    const from = driver
      ? sql`(${this.rids(driver)}) ${raw(`${given} CROSS JOIN resource ${row} ON ${row}.rid = ${given}.rid`)}`
      : raw(`resource ${row}`)
    return { from, where: join(tests, ' AND '), order: raw(`${given}.rid`) }
  }

  /** Whether what a driver gives comes in the order of `rid`, each once, without being gathered first. */
  inOrder({ expression }: Part): boolean {
    return isValue(expression) && entryRows(this.type, expression, 'e').unique
  }

  /** A select of `rid` of what meets a driver. */
  rids({ expression, conditions }: Part): Fragment {
    return this.select(expression, conditions)
  }

  private select(expression: Expression, conditions: Conditions): Fragment {
    switch (expression.kind) {
      case 'id':
        return sql`SELECT rid FROM resource WHERE type = ${typeId(this.type)} AND id IN (SELECT value FROM ${listOf(expression.ids)})`
      case 'or':
        return distinct(expression.parts.map((part) => this.select(part, conditions)))
      case 'and':
        return selectOf(new Source(this.type, expression, { kind: 'all' }, conditions))
      case 'lastUpdated':
        return sql`SELECT rid FROM resource WHERE type = ${typeId(this.type)} AND live = 1 AND ${updated(expression.ranges, 'resource')}`
      case 'composite': {
        const alias = conditions.alias('c')
        return sql`SELECT DISTINCT ${raw(alias)}.rid FROM ${conditions.elementRows(this.type, expression, undefined, alias)}`
      }
      case 'chain':
        return distinct(expression.targets.map((target) => this.chained(expression.param, target, conditions)))
      case 'has':
        return this.referredTo(expression, conditions)
      default:
        return this.entries(expression, conditions)
    }
  }

  private entries(expression: Expression, conditions: Conditions): Fragment {
    if (!isValue(expression)) throw new Error(`${expression.kind} cannot drive a query`)
    const alias = conditions.alias('e')
    if (expression.kind === 'range') return distinct(rangeSelects(this.type, expression, alias))
    const { from, where, unique } = entryRows(this.type, expression, alias)
    const rid = raw(`${alias}.rid`)
    if (unique) return sql`SELECT ${rid} FROM ${from} WHERE ${where}`
    // First, for what comes after may hold for no row of many.
    return sql`SELECT DISTINCT ${rid} FROM ${from} WHERE ${inTime(`${alias}.rid`)} AND ${where}`
  }

  private chained(
    param: string,
    { type, where }: { type: string; where: Expression },
    conditions: Conditions,
  ): Fragment {
    const [entry, far] = [conditions.alias('e'), conditions.alias('r')]
    return sql`SELECT ${raw(entry)}.rid FROM (${farOf(type, where, conditions)}) ${raw(far)}
      CROSS JOIN ${raw(`entry ${entry} ON ${entry}.param`)} = ${paramId(this.type, param)} AND ${raw(`${entry}.value = ${far}.rid`)}
      WHERE ${inTime(`${entry}.rid`)}`
  }

  private referredTo({ type, param, where }: Extract<Expression, { kind: 'has' }>, conditions: Conditions): Fragment {
    const [entry, far] = [conditions.alias('e'), conditions.alias('r')]
    return sql`SELECT DISTINCT ${raw(entry)}.value AS rid FROM (${farOf(type, where, conditions)}) ${raw(far)}
      CROSS JOIN ${raw(`entry ${entry} ON ${entry}.rid = ${far}.rid AND ${entry}.param`)} = ${paramId(type, param)} WHERE ${inTime(`${entry}.rid`)}`
  }
}

/** A select of `rid` of the resources of a type, at the other end of a reference, that meet an Expression. */
function farOf(type: string, where: Expression, conditions: Conditions): Fragment {
  return selectOf(new Source(type, where, conditions.narrowing(type), conditions))
}

function selectOf(source: Source): Fragment {
  const [only, ...others] = source.parts
  // Entries are there of live resources of their type alone: where they decide, nothing else need be looked at.
  if (only && others.length === 0 && (isValue(only.expression) || only.expression.kind === 'composite')) {
    return source.rids(only)
  }
  const row = source.asked.alias('r')
  const { from, where } = source.rows(row, source.drivers[0])
  return sql`SELECT ${raw(row)}.rid FROM ${from} WHERE ${where}`
}

function distinct(selects: Fragment[]): Fragment {
  if (selects.length === 0) return raw('SELECT 0 AS rid WHERE 0')
  const [only] = selects
  return selects.length === 1
    ? sql`SELECT DISTINCT rid FROM (${only!})`
    : sql`SELECT DISTINCT rid FROM (${join(selects, ' UNION ALL ')})`
}

/** Expressions that entries decide, and that an index leads to. */
function isValue(
  expression: Expression,
): expression is Exclude<Extract<Expression, { param: string }>, { kind: 'present' | 'chain' | 'has' }> {
  return ['token', 'string', 'reference', 'uri', 'range', 'near', 'words'].includes(expression.kind)
}

/** Whether an Expression can give its resources from an index, instead of being tested on each. */
export function canDrive(expression: Expression): boolean {
  switch (expression.kind) {
    case 'id':
    case 'composite':
    case 'lastUpdated':
      return true
    case 'or':
      return expression.parts.length > 0 && expression.parts.every(canDrive)
    case 'and':
      return expression.parts.some(canDrive)
    case 'chain':
      return expression.targets.length > 0 && expression.targets.every(({ where }) => canDrive(where))
    case 'has':
      return canDrive(expression.where)
    default:
      return isValue(expression)
  }
}

/** What a step to another resource adds to the cost of finding that one. */
const STEP = 3

/** Rough order of how few resources a criterion leaves: what identifies, what belongs to one patient, all others. */
export function cost(expression: Expression): number {
  switch (expression.kind) {
    case 'id':
      return -1
    case 'or':
      return Math.max(...expression.parts.map(cost)) + 0.5
    case 'and':
      return Math.min(...expression.parts.filter(canDrive).map(cost))
    case 'composite':
      return Math.min(...expression.parts.map(cost))
    case 'chain':
      return STEP + Math.max(...expression.targets.map(({ where }) => cost(where)))
    case 'has':
      return STEP + cost(expression.where)
    case 'reference':
      return 1
    case 'string':
      return expression.mode === 'starts' || expression.mode === 'exact' || expression.mode === 'whole' ? 2 : 9
    case 'range':
    case 'near':
    case 'words':
    case 'lastUpdated':
      return 5
    case 'token':
    case 'uri':
      return /identifier|^url$/.test(expression.param) ? 0 : 3
    default:
      return 10
  }
}
