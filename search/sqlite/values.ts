import type { BareIds, EntryExpression, ReferenceTarget, TokenTest } from '../expression.ts'
import { pathsAbove } from '../types/uri.ts'
import { type Fragment, listOf, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'

/** An Expression that integers decide: those of the dictionary, or of resources. */
export type ValueExpression = Extract<EntryExpression, { kind: 'token' | 'uri' | 'reference' }>

/** Whether one value is wanted, so that a resource can have one entry of it at the most. */
export function isSingle(expression: ValueExpression): boolean {
  switch (expression.kind) {
    case 'token':
      return expression.tests.length === 1 && expression.tests.every(isPair)
    case 'uri':
      return !expression.mode && expression.uris.length === 1
    case 'reference':
      return expression.bare.ids.length === 0 && expression.targets.length + expression.uris.length === 1
  }
}

function isPair({ system, code }: TokenTest): boolean {
  return system !== undefined && code !== undefined
}

/** Selects of the wanted values of `entry`. */
export function valuesOf(numbers: Numbers, expression: ValueExpression): Fragment[] {
  switch (expression.kind) {
    case 'token':
      return tokenValues(expression.tests)
    case 'uri':
      return expression.mode ? uriTrees(expression.mode, expression.uris) : uriValues(expression.uris)
    case 'reference': {
      const { targets, bare, uris } = expression
      return [...targetRows(numbers, targets), ...bareRows(bare), ...uriValues(uris)]
    }
  }
}

function tokenValues(tests: readonly TokenTest[]): Fragment[] {
  const [first] = tests
  if (tests.length === 1 && first?.code !== undefined && first.system !== undefined) {
    return [sql`SELECT id FROM value WHERE code = ${first.code} AND system = ${systemId(first.system)}`]
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
  return selects
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

function targetRows(numbers: Numbers, targets: readonly ReferenceTarget[]): Fragment[] {
  const [first] = targets
  if (!first) return []
  if (targets.length === 1)
    return [sql`SELECT rid FROM resource WHERE type = ${numbers.type(first.type)} AND id = ${first.id}`]
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
