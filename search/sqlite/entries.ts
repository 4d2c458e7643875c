import type { BareIds, EntryExpression, ReferenceTarget, TokenTest } from '../expression.ts'
import { fold } from '../fold.ts'
import { type Fragment, join, listOf, raw, sql } from './fragment.ts'

/** Which rows decide an Expression about one parameter. Columns stand bare: a query has one of these tables in scope. */
export interface EntryRows {
  /** `entry` or `string_entry`, joined with the list of wanted texts where there is one. */
  from: Fragment
  where: Fragment
  /** Whether a resource can have one such row at the most; the rows then come in the order of `rid`. */
  unique: boolean
}

/** The rows that meet an Expression about a parameter of a type. */
export function entryRows(type: string, expression: EntryExpression): EntryRows {
  const param = sql`param = (SELECT id FROM param WHERE type = ${typeId(type)} AND code = ${expression.param})`
  if (expression.kind === 'string') return textRows(param, expression.mode, expression.texts)
  if (expression.kind === 'present') {
    return { from: raw(expression.type === 'string' ? 'string_entry' : 'entry'), where: param, unique: false }
  }
  const { selects, single } = valuesOf(expression)
  if (selects.length === 0) return { from: raw('entry'), where: raw('0'), unique: true }
  const all = join(selects, ' UNION ALL ')
  // An equality, and not a list of one, keeps the order of the index.
  const test = single ? sql`value = (${all})` : sql`value IN (${all})`
  return { from: raw('entry'), where: sql`${param} AND ${test}`, unique: single }
}

/** Id of a type by its name, as a subquery. */
export function typeId(name: string): Fragment {
  return sql`(SELECT id FROM type WHERE name = ${name})`
}

/** Selects of the wanted values of `entry`; `single` when they can give one row at the most. */
function valuesOf(expression: Exclude<EntryExpression, { kind: 'string' | 'present' }>): {
  selects: Fragment[]
  single: boolean
} {
  switch (expression.kind) {
    case 'token':
      return tokenValues(expression.tests)
    case 'uri':
      return { selects: uriValues(expression.uris), single: expression.uris.length === 1 }
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

function textRows(param: Fragment, mode: 'starts' | 'contains' | 'exact', texts: readonly string[]): EntryRows {
  const from = (items: readonly unknown[]) => sql`${listOf(items)} j CROSS JOIN string_entry`
  const where = (test: string) => sql`${param} AND ${raw(test)}`
  if (mode === 'contains') {
    return { from: from(texts), where: where('instr(string_entry.value, j.value) > 0'), unique: false }
  }
  if (mode === 'exact') {
    const pairs = texts.map((text) => [fold(text), text])
    const test = 'string_entry.value = j.value ->> 0 AND exact = j.value ->> 1'
    return { from: from(pairs), where: where(test), unique: texts.length === 1 }
  }
  // U+10FFFF is above every character that a stored text can go on with.
  const test = 'string_entry.value >= j.value AND string_entry.value < j.value || char(1114111)'
  return { from: from(texts), where: where(test), unique: false }
}
