import type {
  BareIds,
  Comparison,
  EntryExpression,
  EntryTable,
  RangeTest,
  ReferenceTarget,
  StringMode,
  TokenTest,
} from '../expression.ts'
import { fold } from '../fold.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'
import { nearTest } from './near.ts'
import { wordTable } from './words.ts'

/** Which rows decide an Expression about one parameter. */
export interface EntryRows {
  /** A table of entries under the alias asked for, joined with the list of wanted texts where there is one. */
  from: Fragment
  where: Fragment
  /** Whether a resource can have one such row at the most; the rows then come in the order of `rid`. */
  unique: boolean
}

const TABLES: Record<EntryTable, string> = { entry: 'entry', string: 'string_entry', range: 'range_entry' }

/** The rows that meet an Expression about a parameter of a type; their table goes by the name `alias`. */
export function entryRows(type: string, expression: EntryExpression, alias: string): EntryRows {
  const param = sql`${raw(alias)}.param = ${paramId(type, expression.param)}`
  switch (expression.kind) {
    case 'present':
      return { from: raw(`${TABLES[expression.table]} ${alias}`), where: param, unique: false }
    case 'string':
      return textRows(param, expression.mode, expression.texts, alias)
    case 'range':
      return rangeRows(param, expression.tests, alias)
    case 'words':
      return { from: wordTable(typeId(type), expression, alias), where: raw('1'), unique: false }
    case 'near': {
      const where = sql`${param} AND ${nearTest(expression.tests, alias)}`
      return { from: raw(`range_entry ${alias}`), where, unique: false }
    }
    default:
      return valueRows(param, expression, alias)
  }
}

function valueRows(param: Fragment, expression: ValueExpression, alias: string): EntryRows {
  const { selects, single } = valuesOf(expression)
  const from = raw(`entry ${alias}`)
  if (selects.length === 0) return { from, where: raw('0'), unique: true }
  const all = join(selects, ' UNION ALL ')
  // An equality, and not a list of one, keeps the order of the index.
  const test = single ? sql`${raw(alias)}.value = (${all})` : sql`${raw(alias)}.value IN (${all})`
  return { from, where: sql`${param} AND ${test}`, unique: single }
}

/** Number of a type's search parameter, as a subquery. */
export function paramId(type: string, code: string): Fragment {
  return sql`(SELECT id FROM param WHERE type = ${typeId(type)} AND code = ${code})`
}

/** Id of a type by its name, as a subquery. */
export function typeId(name: string): Fragment {
  return sql`(SELECT id FROM type WHERE name = ${name})`
}

type RangeExpression = Extract<EntryExpression, { kind: 'range' }>
type ValueExpression = Extract<EntryExpression, { kind: 'token' | 'uri' | 'reference' }>

/** Selects of the wanted values of `entry`; `single` when they can give one row at the most. */
function valuesOf(expression: ValueExpression): {
  selects: Fragment[]
  single: boolean
} {
  switch (expression.kind) {
    case 'token':
      return tokenValues(expression.tests)
    case 'uri':
      return expression.mode
        ? { selects: uriTrees(expression.mode, expression.uris), single: false }
        : { selects: uriValues(expression.uris), single: expression.uris.length === 1 }
    case 'reference': {
      const { targets, bare, uris } = expression
      const selects = [...targetRows(targets), ...bareRows(bare), ...uriValues(uris)]
      return { selects, single: bare.ids.length === 0 && targets.length + uris.length === 1 }
    }
  }
}

function tokenValues(tests: readonly TokenTest[]): { selects: Fragment[]; single: boolean } {
  const [first] = tests
  if (tests.length === 1 && first?.code !== undefined && first.system !== undefined) {
    return {
      selects: [sql`SELECT id FROM value WHERE code = ${first.code} AND system = ${systemId(first.system)}`],
      single: true,
    }
  }
  const codes = tests.filter(({ system }) => system === undefined).map(({ code }) => code)
  const plain = tests.filter(({ system, code }) => system === '' && code !== undefined).map(({ code }) => code)
  const pairs = tests
    .filter(({ system, code }) => system && code !== undefined)
    .map(({ system, code }) => [system, code])
  const systems = tests.filter(({ system, code }) => system && code === undefined).map(({ system }) => system)
  const selects: Fragment[] = []
  if (codes.length > 0) selects.push(sql`SELECT v.id FROM ${listOf(codes)} j CROSS JOIN value v ON v.code = j.value`)
  if (plain.length > 0) {
    selects.push(sql`SELECT v.id FROM ${listOf(plain)} j CROSS JOIN value v ON v.code = j.value AND v.system = 0`)
  }
  if (pairs.length > 0) {
    selects.push(sql`SELECT v.id FROM ${listOf(pairs)} j
      CROSS JOIN value s ON s.code = j.value ->> 0 AND s.system = 0
      CROSS JOIN value v ON v.code = j.value ->> 1 AND v.system = s.id`)
  }
  if (systems.length > 0) {
    // `> 0` lets the partial index serve.
    selects.push(sql`SELECT v.id FROM ${listOf(systems)} j CROSS JOIN value s ON s.code = j.value AND s.system = 0
      CROSS JOIN value v ON v.system = s.id AND v.system > 0`)
  }
  return { selects, single: false }
}

function systemId(system: string): Fragment {
  return system === '' ? raw('0') : sql`(SELECT id FROM value WHERE code = ${system} AND system = 0)`
}

function uriValues(uris: readonly string[]): Fragment[] {
  const [first] = uris
  if (first === undefined) return []
  if (uris.length === 1) return [sql`SELECT -id FROM value WHERE code = ${first} AND system = 0`]
  return [sql`SELECT -v.id FROM ${listOf(uris)} j CROSS JOIN value v ON v.code = j.value AND v.system = 0`]
}

function targetRows(targets: readonly ReferenceTarget[]): Fragment[] {
  const [first] = targets
  if (!first) return []
  if (targets.length === 1)
    return [sql`SELECT rid FROM resource WHERE type = ${typeId(first.type)} AND id = ${first.id}`]
  const pairs = listOf(targets.map(({ type, id }) => [type, id]))
  return [
    sql`SELECT r.rid FROM ${pairs} j CROSS JOIN type t ON t.name = j.value ->> 0
      CROSS JOIN resource r ON r.type = t.id AND r.id = j.value ->> 1`,
  ]
}

function bareRows({ types, ids }: BareIds): Fragment[] {
  if (ids.length === 0) return []
  return [
    sql`SELECT r.rid FROM ${listOf(types)} n CROSS JOIN type t ON t.name = n.value
      CROSS JOIN ${listOf(ids)} j CROSS JOIN resource r ON r.type = t.id AND r.id = j.value`,
  ]
}

/** The uris above or below those given, and they themselves: what goes on behind a `/` lies below (R4 search, uri). */
function uriTrees(mode: 'above' | 'below', uris: readonly string[]): Fragment[] {
  const select = (texts: readonly string[], test: Fragment) =>
    sql`SELECT -v.id FROM ${listOf(texts)} j CROSS JOIN value v ON ${test} AND v.system = 0`
  const same = raw('v.code = j.value')
  if (mode === 'above') return [select([...uris, ...uris.flatMap(pathsAbove)], same)]
  const prefixes = uris.map((uri) => (uri.endsWith('/') ? uri : `${uri}/`))
  return [select(uris, same), select(prefixes, raw('v.code >= j.value AND v.code < j.value || char(1114111)'))]
}

/** What a uri lies below: all of its beginnings that end before a `/`, or with it. */
function pathsAbove(uri: string): string[] {
  return [...uri.matchAll(/\//g)].flatMap(({ index }) => [uri.slice(0, index), uri.slice(0, index + 1)])
}

/** Number, in the dictionary, of a quantity's unit; 0 where none is asked for. */
function unitId(unit: string): Fragment {
  return unit === '' ? raw('0') : sql`(SELECT id FROM value WHERE code = ${unit} AND system = 0)`
}

/**
 * Selects of `rid` that together give what meets a range Expression, each from one stretch of an index. Ends are bounded
 * from both sides where one tells of the other: what ends by a moment starts by it. What ends behind a moment starts behind
 * it or spreads over it; the latter alone needs the index of ends, in which no points are.
 */
export function rangeSelects(type: string, { param, tests }: RangeExpression, alias: string): Fragment[] {
  const own = sql`${raw(`${alias}.param`)} = ${paramId(type, param)} AND ${inTime(`${alias}.rid`)}`
  return tests.flatMap((test) => {
    const all = [...test.all, ...test.all.filter(([end, is]) => end === 'high' && is[0] === '<').map(ofStart)]
    const ends = all.find(([end, is]) => end === 'high' && is[0] === '>')
    const select = (index: string, more: Comparison[], spread: string) => {
      const met = rangeTest({ ...test, all: [...all, ...more] }, alias)
      return sql`SELECT ${raw(`${alias}.rid FROM range_entry ${alias} ${index}`)} WHERE ${own} AND ${met}${raw(spread)}`
    }
    if (!ends || all.some(([end, is]) => end === 'low' && is[0] === '>')) return [select('', [], '')]
    const [, is, than] = ends
    return [
      select('', [['low', is, than]], ''),
      select('INDEXED BY range_by_high', [['low', is === '>' ? '<=' : '<', than]], ` AND ${alias}.high > ${alias}.low`),
    ]
  })
}

function ofStart([, is, than]: Comparison): Comparison {
  return ['low', is, than]
}

function rangeRows(param: Fragment, tests: readonly RangeTest[], alias: string): EntryRows {
  const wanted = tests.map((test) => sql`(${rangeTest(test, alias)})`)
  const where = wanted.length === 0 ? raw('0') : sql`${param} AND (${join(wanted, ' OR ')})`
  return { from: raw(`range_entry ${alias}`), where, unique: false }
}

/** What a row of `range_entry` must meet besides its parameter. */
export function rangeTest({ unit, all, any }: RangeTest, alias: string): Fragment {
  const compared = ([end, is, than]: Comparison) => sql`${raw(`${alias}.${end} ${is}`)} ${than}`
  const tests = [sql`${raw(alias)}.unit = ${unitId(unit)}`, ...all.map(compared)]
  if (any && any.length > 0) tests.push(sql`(${join(any.map(compared), ' OR ')})`)
  return join(tests, ' AND ')
}

/** Bytes are compared at the end of a text, for `substr` of text ends at the NUL of one that was cut (`types/string.ts`). */
const TEXT_TESTS: Partial<Record<StringMode, (value: string, wanted: string) => string>> = {
  contains: (value, wanted) => `instr(${value}, ${wanted}) > 0`,
  whole: (value, wanted) => `${value} = ${wanted}`,
  ends: (value, wanted) => `substr(CAST(${value} AS BLOB), -length(CAST(${wanted} AS BLOB))) = CAST(${wanted} AS BLOB)`,
  before: (value, wanted) => `${value} < ${wanted}`,
  after: (value, wanted) => `${value} > ${wanted}`,
}

function textRows(param: Fragment, mode: StringMode, texts: readonly string[], alias: string): EntryRows {
  const from = (items: readonly unknown[]) => sql`${listOf(items)} ${raw(`${alias}j CROSS JOIN string_entry ${alias}`)}`
  const where = (test: string) => sql`${param} AND ${raw(test)}`
  const [value, wanted] = [`${alias}.value`, `${alias}j.value`]
  if (mode === 'exact') {
    const pairs = texts.map((text) => [fold(text), text])
    const test = `${value} = ${wanted} ->> 0 AND ${alias}.exact = ${wanted} ->> 1`
    return { from: from(pairs), where: where(test), unique: false }
  }
  const simple = TEXT_TESTS[mode]
  if (simple) return { from: from(texts), where: where(simple(value, wanted)), unique: false }
  // U+10FFFF is above every character that a stored text can go on with.
  const test = `${value} >= ${wanted} AND ${value} < ${wanted} || char(1114111)`
  return { from: from(texts), where: where(test), unique: false }
}
