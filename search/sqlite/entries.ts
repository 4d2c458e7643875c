import { fold } from '../../resources/fold.ts'
import type { Comparison, EntryExpression, EntryTable, RangeTest, StringMode } from '../expression.ts'
import { type Fragment, inTime, join, listOf, raw, sql } from './fragment.ts'
import { nearTest } from './near.ts'
import type { Numbers } from './numbers.ts'
import { isSingle, type ValueExpression, valuesOf } from './values.ts'
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
export function entryRows(numbers: Numbers, type: string, expression: EntryExpression, alias: string): EntryRows {
  const param = sql`${raw(alias)}.param = ${numbers.param(type, expression.param)}`
  switch (expression.kind) {
    case 'present':
      return { from: raw(`${TABLES[expression.table]} ${alias}`), where: param, unique: false }
    case 'string':
      return textRows(param, expression.mode, expression.texts, alias)
    case 'range':
      return rangeRows(param, expression, alias)
    case 'words':
      return { from: wordTable(numbers.type(type), expression, alias), where: raw('1'), unique: false }
    case 'near': {
      const where = sql`${param} AND ${nearTest(expression.tests, alias)}`
      return { from: raw(`range_entry ${alias}`), where, unique: false }
    }
    default:
      return valueRows(numbers, param, expression, alias)
  }
}

function valueRows(numbers: Numbers, param: Fragment, expression: ValueExpression, alias: string): EntryRows {
  const selects = valuesOf(numbers, expression)
  const from = raw(`entry ${alias}`)
  if (selects.length === 0) return { from, where: raw('0'), unique: true }
  const single = isSingle(expression)
  const all = join(selects, ' UNION ALL ')
  // An equality, and not a list of one, keeps the order of the index.
  const test = single ? sql`${raw(alias)}.value = (${all})` : sql`${raw(alias)}.value IN (${all})`
  return { from, where: sql`${param} AND ${test}`, unique: single }
}

export type RangeExpression = Extract<EntryExpression, { kind: 'range' }>

/** Number, in the dictionary, of a quantity's unit; 0 where none is asked for. */
function unitId(unit: string): Fragment {
  return unit === '' ? raw('0') : sql`(SELECT id FROM value WHERE code = ${unit} AND system = 0)`
}

/**
 * Selects of `rid` that together give what meets a range Expression, each from one stretch of an index. Ends are bounded
 * from both sides where one tells of the other: what ends by a moment starts by it. What ends behind a moment starts behind
 * it or spreads over it; the latter alone needs the index of ends, in which no points are.
 */
export function rangeSelects(
  numbers: Numbers,
  type: string,
  { param, tests }: RangeExpression,
  alias: string,
): Fragment[] {
  const own = sql`${raw(`${alias}.param`)} = ${numbers.param(type, param)} AND ${inTime(`${alias}.rid`)}`
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

function rangeRows(param: Fragment, expression: RangeExpression, alias: string): EntryRows {
  return { from: raw(`range_entry ${alias}`), where: sql`${param} AND ${rangeTests(expression, alias)}`, unique: false }
}

/** What a row of `range_entry` must meet besides its parameter. */
export function rangeTests({ tests }: RangeExpression, alias: string): Fragment {
  const wanted = tests.map((test) => sql`(${rangeTest(test, alias)})`)
  return wanted.length === 0 ? raw('0') : sql`(${join(wanted, ' OR ')})`
}

function rangeTest({ unit, all, any }: RangeTest, alias: string): Fragment {
  const compared = ([end, is, than]: Comparison) => sql`${raw(`${alias}.${end} ${is}`)} ${than}`
  const tests = [sql`${raw(alias)}.unit = ${unitId(unit)}`, ...all.map(compared)]
  if (any && any.length > 0) tests.push(sql`(${join(any.map(compared), ' OR ')})`)
  return join(tests, ' AND ')
}

/** Bytes are compared at the end of a text, for `substr` of text ends at the NUL of one that was cut (`types/string.ts`). */
const TEXT_TESTS: Record<Exclude<StringMode, 'exact'>, (value: string, wanted: string) => string> = {
  // U+10FFFF is above every character that a stored text can go on with.
  starts: (value, wanted) => `${value} >= ${wanted} AND ${value} < ${wanted} || char(1114111)`,
  contains: (value, wanted) => `instr(${value}, ${wanted}) > 0`,
  whole: (value, wanted) => `${value} = ${wanted}`,
  ends: (value, wanted) => `substr(CAST(${value} AS BLOB), -length(CAST(${wanted} AS BLOB))) = CAST(${wanted} AS BLOB)`,
  before: (value, wanted) => `${value} < ${wanted}`,
  after: (value, wanted) => `${value} > ${wanted}`,
}

function textRows(param: Fragment, mode: StringMode, texts: readonly string[], alias: string): EntryRows {
  const [value, wanted] = [`${alias}.value`, `${alias}j.value`]
  const [only, ...others] = texts
  if (mode === 'starts' && only !== undefined && others.length === 0) {
    const test = sql`${raw(value)} >= ${only} AND ${raw(value)} < ${`${only}${HIGHEST}`}`
    return { from: raw(`string_entry ${alias}`), where: sql`${param} AND ${test}`, unique: false }
  }
  const items = mode === 'exact' ? texts.map((text) => [fold(text), text]) : texts
  const from = sql`${listOf(items)} ${raw(`${alias}j CROSS JOIN string_entry ${alias}`)}`
  const test =
    mode === 'exact'
      ? `${value} = ${wanted} ->> 0 AND ${alias}.exact = ${wanted} ->> 1`
      : TEXT_TESTS[mode](value, wanted)
  return { from, where: sql`${param} AND ${raw(test)}`, unique: false }
}

const HIGHEST = String.fromCodePoint(0x10ffff)
