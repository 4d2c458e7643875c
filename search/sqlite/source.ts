import { allOf, type Expression } from '../expression.ts'
import { type Conditions, isOfEntries, type Subject, updated } from './conditions.ts'
import { entryRows, rangeSelects } from './entries.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'
import { isSingle } from './values.ts'

/** One of the Expressions that a resource must meet all of, and what makes conditions of it. */
export interface Part {
  expression: Expression
  conditions: Conditions
}

/** What follows FROM, and WHERE. */
export interface Rows {
  from: Fragment
  where: Fragment
}

/** Tables that are joined to rows, what is asked of them, and the parts that are met with that. */
export interface Joined {
  joins: Fragment
  tests: Fragment[]
  met: Part[]
}

const NOT_JOINED: Joined = { joins: raw(''), tests: [], met: [] }

/** What is asked of the resources of a type: by the search, and by what the caller may see. */
export class Source {
  readonly type: string
  readonly parts: Part[]
  /** What could drive a query of this, in the order of how few resources it should give. */
  readonly drivers: Part[]
  readonly asked: Conditions
  readonly numbers: Numbers

  /** `narrowing` is what the caller may see of the type; `asked` makes conditions of what the caller asks. */
  constructor(type: string, where: Expression, narrowing: Expression, asked: Conditions) {
    this.type = type
    this.asked = asked
    this.numbers = asked.numbers
    const partsOf = (expression: Expression, conditions: Conditions): Part[] => {
      const flat = allOf([expression])
      return (flat.kind === 'and' ? flat.parts : [flat]).map((part) => ({ expression: part, conditions }))
    }
    const parts = [...partsOf(where, asked), ...partsOf(narrowing, asked.unrestricted)]
    this.parts = parts.filter(({ expression }) => expression.kind !== 'all')
    this.drivers = this.parts
      .filter(({ expression }) => canDrive(expression))
      .sort((one, other) => cost(one.expression) - cost(other.expression))
  }

  /** Conditions on a resource for all parts but those that are met already. */
  tests(subject: Subject, ...met: (Part | undefined)[]): Fragment {
    const rest = this.parts.filter((part) => !met.includes(part))
    return join(
      [raw('1'), ...rest.map(({ expression, conditions }) => conditions.test(this.type, expression, subject))],
      ' AND ',
    )
  }

  /**
   * Resources as table `row`, live and of the type, that meet all parts. The driver gives them; without one they are all
   * looked at. What is `joined` to them goes by the expression for their `rid`.
   */
  rows(row: string, driver: Part | undefined, joined: (rid: string) => Joined = () => NOT_JOINED): Rows {
    const given = driver ? this.asked.alias('d') : row
    return this.given(row, driver && sql`(${this.rids(driver)}) ${raw(given)}`, given, driver, joined(`${given}.rid`))
  }

  /** The same in the order of `rid`, from behind one on. What is to be sorted for it is sorted before rows are looked up. */
  rowsInOrder(row: string, driver: Part | undefined, after = -1): Rows {
    const given = driver ? this.asked.alias('d') : row
    const order = raw(`${given}.rid`)
    if (!driver || this.inOrder(driver)) {
      const { from, where } = this.given(row, driver && sql`(${this.rids(driver)}) ${raw(given)}`, given, driver)
      return { from, where: sql`${where} AND ${order} > ${after} ORDER BY ${order}` }
    }
    // SQLite takes the rows of the first table in their order, and leaves no order out that has a limit.
    const sorted = sql`(SELECT DISTINCT rid FROM (${this.select(driver.expression, driver.conditions).query}) WHERE rid > ${after} ORDER BY rid LIMIT -1) ${raw(given)}`
    return this.given(row, sorted, given, driver)
  }

  private given(
    row: string,
    driving: Fragment | undefined,
    given: string,
    driver: Part | undefined,
    { joins, tests: own, met }: Joined = NOT_JOINED,
  ): Rows {
    // Asked of what the driver gives, before the row is looked up.
    const tests = [inTime(`${given}.rid`), ...own, this.tests({ rid: `${given}.rid`, row }, driver, ...met)]
    if (!driver || !isOfEntries(driver.expression)) {
      tests.push(sql`${raw(`${row}.live = 1 AND ${row}.type`)} = ${this.numbers.type(this.type)}`)
    }
    const from = driving
      ? sql`${driving} ${joins} CROSS JOIN resource ${raw(`${row} ON ${row}.rid = ${given}.rid`)}`
      : sql`resource ${raw(row)} ${joins}`
    return { from, where: join(tests, ' AND ') }
  }

  /** Whether what a driver gives comes in the order of `rid`, each once, without being gathered first. */
  inOrder({ expression }: Part): boolean {
    const { kind } = expression
    return (kind === 'token' || kind === 'uri' || kind === 'reference') && isSingle(expression)
  }

  /** A select of `rid` of what meets a driver, each once. */
  rids({ expression, conditions }: Part): Fragment {
    const { query, once } = this.select(expression, conditions)
    return once ? query : sql`SELECT DISTINCT rid FROM (${query})`
  }

  private select(expression: Expression, conditions: Conditions): Select {
    switch (expression.kind) {
      case 'id':
        return once(
          sql`SELECT rid FROM resource WHERE type = ${this.numbers.type(this.type)} AND id IN (SELECT value FROM ${listOf(expression.ids)})`,
        )
      case 'or':
        return all(expression.parts.map((part) => this.select(part, conditions).query))
      case 'and':
        return once(selectOf(new Source(this.type, expression, { kind: 'all' }, conditions)))
      case 'lastUpdated':
        return once(
          sql`SELECT rid FROM resource WHERE type = ${this.numbers.type(this.type)} AND live = 1 AND ${updated(expression.ranges, 'resource')}`,
        )
      case 'composite': {
        const alias = conditions.alias('c')
        return all([
          sql`SELECT ${raw(alias)}.rid FROM ${conditions.elementRows(this.type, expression, undefined, alias)}`,
        ])
      }
      case 'chain':
        return all(expression.targets.map((target) => this.chained(expression.param, target, conditions)))
      case 'has':
        return all([this.referredTo(expression, conditions)])
      default:
        return this.entries(expression, conditions)
    }
  }

  private entries(expression: Expression, conditions: Conditions): Select {
    if (!isValue(expression)) throw new Error(`${expression.kind} cannot drive a query`)
    const alias = conditions.alias('e')
    if (expression.kind === 'range') return all(rangeSelects(this.numbers, this.type, expression, alias))
    const { from, where, unique } = entryRows(this.numbers, this.type, expression, alias)
    const rid = raw(`${alias}.rid`)
    if (unique) return once(sql`SELECT ${rid} FROM ${from} WHERE ${where}`)
    // First, for what comes after may hold for no row of many.
    return all([sql`SELECT ${rid} FROM ${from} WHERE ${inTime(`${alias}.rid`)} AND ${where}`])
  }

  private chained(
    param: string,
    { type, where }: { type: string; where: Expression },
    conditions: Conditions,
  ): Fragment {
    const [entry, far] = [conditions.alias('e'), conditions.alias('r')]
    return sql`SELECT ${raw(entry)}.rid FROM (${farOf(type, where, conditions)}) ${raw(far)}
      CROSS JOIN ${raw(`entry ${entry} ON ${entry}.param`)} = ${this.numbers.param(this.type, param)} AND ${raw(`${entry}.value = ${far}.rid`)}
      WHERE ${inTime(`${entry}.rid`)}`
  }

  private referredTo({ type, param, where }: Extract<Expression, { kind: 'has' }>, conditions: Conditions): Fragment {
    const [entry, far] = [conditions.alias('e'), conditions.alias('r')]
    return sql`SELECT ${raw(entry)}.value AS rid FROM (${farOf(type, where, conditions)}) ${raw(far)}
      CROSS JOIN ${raw(`entry ${entry} ON ${entry}.rid = ${far}.rid AND ${entry}.param`)} = ${this.numbers.param(type, param)} WHERE ${inTime(`${entry}.rid`)}`
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

/** A select of `rid`, and whether it gives each once. */
interface Select {
  query: Fragment
  once: boolean
}

function once(query: Fragment): Select {
  return { query, once: true }
}

function all(queries: Fragment[]): Select {
  return { query: queries.length === 0 ? raw('SELECT 0 AS rid WHERE 0') : join(queries, ' UNION ALL '), once: false }
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
