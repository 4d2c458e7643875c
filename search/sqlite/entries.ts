import type { Expression, TokenTest } from '../expression.ts'
import { type Fragment, join, sql } from './fragment.ts'

/** An Expression about one parameter, decided by rows of `entry` or `string_entry`. */
export type EntryExpression = Extract<Expression, { param: string }>

/** Which rows of which table decide an Expression. Columns stand bare: a query has one of these tables in scope. */
export interface EntryRows {
  table: 'entry' | 'string_entry'
  where: Fragment
  /** Whether a resource can have one such row at the most. */
  unique: boolean
}

/** The rows that meet an Expression about a parameter of a type. */
export function entryRows(type: string, expression: EntryExpression): EntryRows {
  const param = sql`param = (SELECT id FROM param WHERE type = (SELECT id FROM type WHERE name = ${type}) AND code = ${expression.param})`
  const table = expression.kind === 'string' || (expression.kind === 'present' && expression.type === 'string')
  const test = valueTest(expression)
  return {
    table: table ? 'string_entry' : 'entry',
    where: test ? sql`${param} AND ${test.where}` : param,
    unique: test?.unique ?? false,
  }
}

interface ValueTest {
  where: Fragment
  unique: boolean
}

function valueTest(expression: EntryExpression): ValueTest | undefined {
  switch (expression.kind) {
    case 'present':
      return undefined
    case 'string':
      return { where: anyText(expression.mode, expression.texts), unique: false }
    case 'token':
      return oneOf(
        expression.tests.map(tokenValues),
        expression.tests.every((test) => test.code !== undefined && test.system !== undefined),
      )
    case 'uri':
      return oneOf(expression.uris.map(uriValue), true)
    case 'reference': {
      const targets = expression.targets.map(
        ({ type, id }) =>
          sql`SELECT rid FROM resource WHERE type = (SELECT id FROM type WHERE name = ${type}) AND id = ${id}`,
      )
      return oneOf([...targets, ...expression.uris.map(uriValue)], true)
    }
  }
}

/** `value` is one of those that the selects give. With one select of one row it is an equality, which keeps order. */
function oneOf(selects: Fragment[], single: boolean): ValueTest {
  if (selects.length === 0) return { where: sql`0`, unique: true }
  const unique = single && selects.length === 1
  const all = join(selects, ' UNION ALL ')
  return { where: unique ? sql`value = (${all})` : sql`value IN (${all})`, unique }
}

function tokenValues({ system, code }: TokenTest): Fragment {
  if (system === undefined) return sql`SELECT id FROM value WHERE code = ${code ?? ''}`
  const systemId = system === '' ? sql`0` : sql`(SELECT id FROM value WHERE code = ${system} AND system = 0)`
  return code === undefined
    ? sql`SELECT id FROM value WHERE system = ${systemId}`
    : sql`SELECT id FROM value WHERE code = ${code} AND system = ${systemId}`
}

function uriValue(uri: string): Fragment {
  return sql`SELECT -id FROM value WHERE code = ${uri} AND system = 0`
}

function anyText(mode: 'starts' | 'contains' | 'exact', texts: string[]): Fragment {
  return sql`(${join(
    texts.map((text) => textTest(mode, text)),
    ' OR ',
  )})`
}

function textTest(mode: 'starts' | 'contains' | 'exact', text: string): Fragment {
  if (mode === 'contains') return sql`instr(value, ${text}) > 0`
  if (mode === 'exact') return sql`exact = ${text}`
  // U+10FFFF is above every character that a stored text can go on with.
  return sql`(value >= ${text} AND value < ${`${text}\u{10FFFF}`})`
}
