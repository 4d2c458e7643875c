import { insideName, typeInside } from '../../resources/contained.ts'
import { allOf, type Expression, isOfEntries } from '../expression.ts'
import { beyond } from '../implied.ts'
import { restrictionOf } from '../searcher.ts'
import { type Conditions, type Subject, updated } from './conditions.ts'
import { canDrive, cost, isValue } from './drivers.ts'
import { entryRows, rangeSelects } from './entries.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'
import type { Span } from './span.ts'
import { stepOf } from './steps.ts'
import { isSingle, type ValueExpression } from './values.ts'

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
  private readonly taken = new Map<Part, string>()
  private readonly selects = new Map<Part, Select>()
  private span: Span | undefined

  /** `narrowing` is what the caller may see of the type; `asked` makes conditions of what the caller asks. */
  constructor(type: string, where: Expression, narrowing: Expression, asked: Conditions) {
    this.type = type
    this.asked = asked
    this.numbers = asked.numbers
    const partsOf = (expression: Expression, conditions: Conditions): Part[] => {
      const flat = allOf([expression])
      return (flat.kind === 'and' ? flat.parts : [flat]).map((part) => ({ expression: part, conditions }))
    }
    const parts = [...partsOf(where, asked), ...partsOf(beyond(narrowing, where), asked.unrestricted)]
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

  /**
   * The same in the order of `rid`, from behind one on; or backward, from in front of it. What is to be sorted for it is
   * sorted before rows are looked up.
   */
  rowsInOrder(row: string, driver: Part | undefined, from?: number, backward = false): Rows {
    const given = driver ? this.asked.alias('d') : row
    const order = (rid: string) => {
      const start = sql`${raw(`${rid} ${backward ? '<' : '>'}`)} ${from ?? (backward ? Number.MAX_SAFE_INTEGER : -1)}`
      return sql`${start} ORDER BY ${raw(`${rid} ${backward ? 'DESC' : 'ASC'}`)}`
    }
    if (!driver || this.inOrder(driver)) {
      const { from: rows, where } = this.given(row, driver && sql`(${this.rids(driver)}) ${raw(given)}`, given, driver)
      return { from: rows, where: sql`${where} AND ${order(`${given}.rid`)}` }
    }
    // SQLite takes the rows of the first table in their order, and leaves no order out that has a limit.
    const sorted = sql`(SELECT DISTINCT rid FROM (${this.givenBy(driver).query}) WHERE ${order('rid')} LIMIT -1) ${raw(given)}`
    return this.given(row, sorted, given, driver)
  }

  private given(
    row: string,
    driving: Fragment | undefined,
    given: string,
    driver: Part | undefined,
    { joins, tests: own, met }: Joined = NOT_JOINED,
  ): Rows {
    // Asked of what the driver gives, before the row is looked up. SQLite puts what EXISTS asks for behind all joins.
    const joinable = driver ? this.parts.filter((part) => part !== driver && this.inOrder(part)) : []
    const entries = joinable.map((part) => this.joinedEntry(part, given))
    const tests = [
      inTime(`${given}.rid`),
      ...own,
      this.tests({ rid: `${given}.rid`, row }, driver, ...met, ...joinable),
    ]
    if (!driver || !isOfEntries(driver.expression)) {
      tests.push(sql`${raw(`${row}.live = 1 AND ${row}.type`)} = ${this.numbers.type(this.type)}`)
    }
    const from = driving
      ? sql`${driving} ${join(entries, ' ')} ${joins} CROSS JOIN resource ${raw(`${row} ON ${row}.rid = ${given}.rid`)}`
      : sql`resource ${raw(row)} ${joins}`
    return { from, where: join(tests, ' AND ') }
  }

  /** A join with the one entry that a resource can have of what is asked for. */
  private joinedEntry({ expression, conditions }: Part, given: string): Fragment {
    const alias = conditions.alias('e')
    const { from, where } = entryRows(this.numbers, this.type, expression as ValueExpression, alias)
    return sql`CROSS JOIN ${from} ON ${raw(`${alias}.rid = ${given}.rid`)} AND ${where}`
  }

  /** Whether what a driver gives comes in the order of `rid`, each once, without being gathered first. */
  inOrder({ expression }: Part): boolean {
    const { kind } = expression
    return (kind === 'token' || kind === 'uri' || kind === 'reference') && isSingle(expression)
  }

  /** Tells a driver and what it asks for from all others. */
  keyOf(driver: Part): string {
    const { sql: text, values } = this.selectOf(driver).query
    return `${text} ${values.join(' ')}`
  }

  /** Takes from what drivers give in order no more than lies between two: nothing beyond them meets all parts. */
  narrow(span: Span): void {
    this.span = span
    this.selects.clear()
  }

  /** Takes what meets a driver, a JSON list of `rid`, each once, in the place of what would find it again. */
  take(driver: Part, list: string): void {
    this.taken.set(driver, list)
  }

  /** A select of `rid` of what meets a driver, each once. */
  rids(driver: Part): Fragment {
    const { query, once } = this.givenBy(driver)
    return once ? query : sql`SELECT DISTINCT rid FROM (${query})`
  }

  private givenBy(driver: Part): Select {
    const list = this.taken.get(driver)
    return list === undefined ? this.selectOf(driver) : once(sql`SELECT value AS rid FROM json_each(${list})`)
  }

  private selectOf(driver: Part): Select {
    let select = this.selects.get(driver)
    if (!select) {
      select = this.select(driver.expression, driver.conditions)
      this.selects.set(driver, select)
    }
    return select
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
        return all(expression.targets.map((target) => this.chained(expression, target, conditions)))
      case 'has':
        return all([this.referredTo(expression, conditions)])
      case 'contains':
        return all([containersOf(expression, conditions)])
      case 'within':
        return all(this.within(expression, conditions))
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
    if (unique) {
      const span = this.span ? sql` AND ${rid} BETWEEN ${this.span.first} AND ${this.span.last}` : raw('')
      return once(sql`SELECT ${rid} FROM ${from} WHERE ${where}${span}`)
    }
    // First, for what comes after may hold for no row of many.
    return all([sql`SELECT ${rid} FROM ${from} WHERE ${inTime(`${alias}.rid`)} AND ${where}`])
  }

  private within(within: Extract<Expression, { kind: 'within' }>, conditions: Conditions): Fragment[] {
    return this.numbers.containers(typeInside(this.type) ?? '').flatMap((container) => {
      const where = restrictionOf(within, container)
      if (where.kind === 'none') return []
      const [outer, inside] = [conditions.alias('d'), conditions.alias('r')]
      const met = selectOf(new Source(container, where, { kind: 'all' }, conditions))
      return sql`SELECT ${raw(inside)}.rid FROM (${met}) ${raw(outer)} CROSS JOIN ${raw(`resource ${inside}
        ON ${inside}.container = ${outer}.rid AND ${inside}.live = 1 AND +${inside}.type`)} = ${this.numbers.type(this.type)}
        WHERE ${inTime(`${inside}.rid`)}`
    })
  }

  private chained(
    { param, canonical }: Extract<Expression, { kind: 'chain' }>,
    { type, where }: { type: string; where: Expression },
    conditions: Conditions,
  ): Fragment {
    const far = conditions.alias('r')
    const step = stepOf(this.numbers, { type: this.type, param, canonical }, type, 'back', conditions.alias('e'))
    return sql`SELECT ${raw(`${step.near} AS rid`)} FROM (${farOf(type, where, conditions)}) ${raw(far)}
      CROSS JOIN ${step.tables} WHERE ${raw(`${step.far} = ${far}.rid`)} AND ${step.where} AND ${inTime(step.near)}`
  }

  private referredTo(has: Extract<Expression, { kind: 'has' }>, conditions: Conditions): Fragment {
    const far = conditions.alias('r')
    const step = stepOf(this.numbers, has, this.type, 'forth', conditions.alias('e'))
    return sql`SELECT ${raw(`${step.far} AS rid`)} FROM (${farOf(has.type, has.where, conditions)}) ${raw(far)}
      CROSS JOIN ${step.tables} WHERE ${raw(`${step.near} = ${far}.rid`)} AND ${step.where} AND ${inTime(step.near)}`
  }
}

/** A select of `rid` of what contains resources that meet an Expression: of any type, and may not be seen by all. */
function containersOf({ type, where }: Extract<Expression, { kind: 'contains' }>, conditions: Conditions): Fragment {
  const [given, inside] = [conditions.alias('d'), conditions.alias('r')]
  const met = selectOf(new Source(insideName(type), where, { kind: 'all' }, conditions))
  return sql`SELECT ${raw(inside)}.container AS rid FROM (${met}) ${raw(given)}
    CROSS JOIN ${raw(`resource ${inside} ON ${inside}.rid = ${given}.rid`)} WHERE ${inTime(`${inside}.rid`)}`
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
