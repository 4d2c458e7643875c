import type { Expression, ReferenceTarget } from '../expression.ts'
import { type Fragment, listOf, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'

type LongReference = Extract<Expression, { kind: 'reference' }> & { targets: [ReferenceTarget, ...ReferenceTarget[]] }

/** Targets from which on it is quicker to look at what a resource refers to than to look each of them up. */
const LONG = 50

/** Lists as JSON, for as long as who asks by them keeps them: what Consents deny is asked with each search. */
const texts = new WeakMap<object, string>()

/** Whether a reference is to one of very many of one type. */
export function isLong(expression: Expression): expression is LongReference {
  if (expression.kind !== 'reference' || expression.targets.length < LONG) return false
  const { targets, bare, uris } = expression
  return bare.ids.length === 0 && uris.length === 0 && targets.every(({ type }) => type === targets[0]!.type)
}

/**
 * The condition that a resource refers to one of very many. SQLite would seek each of a list in the index of the resource's
 * entries; with the sign it looks up in the list, made once, what the few entries lead to.
 */
export function refersToOneOf(
  numbers: Numbers,
  type: string,
  { param, targets }: LongReference,
  rid: string,
  [entry, target]: [string, string],
): Fragment {
  return sql`EXISTS (SELECT 1 FROM ${raw(`entry ${entry} CROSS JOIN resource ${target} ON ${target}.rid = ${entry}.value
    WHERE ${entry}.rid = ${rid} AND ${entry}.param`)} = ${numbers.param(type, param)}
    AND ${raw(`${target}.type`)} = ${numbers.type(targets[0].type)} AND ${raw(`+${target}.id`)} IN (SELECT value FROM json_each(${textOf(targets, () => targets.map(({ id }) => id))})))`
}

/** The condition that a resource, of the table `row`, has one of these ids; where there are many, it is looked up among them. */
export function isOneOf(ids: readonly string[], row: string): Fragment {
  if (ids.length < LONG) return sql`${raw(row)}.id IN (SELECT value FROM ${listOf(ids)})`
  return sql`${raw(`+${row}.id`)} IN (SELECT value FROM json_each(${textOf(ids, () => ids)}))`
}

function textOf(list: object, ids: () => readonly string[]): string {
  const known = texts.get(list)
  if (known !== undefined) return known
  const text = JSON.stringify(ids())
  texts.set(list, text)
  return text
}
