import { fold } from '../../resources/fold.ts'
import {
  codeStretch,
  kindStretches,
  referenceKey,
  type Stretch,
  startStretch,
  stringKey,
  stringStretch,
  tokenKey,
  tokenStretch,
  uriKey,
  uriStretch,
  wholeStretch,
} from '../../resources/store/mongo/keys.ts'
import type { Comparison, EntryExpression, EntryTable, RangeTest, TokenTest } from '../expression.ts'
import { pathsAbove } from '../types/uri.ts'
import { anyOf, everyOf, type MongoFilter, NEVER } from './conditions.ts'
import { endsWithPart, firstPartHas, hasKey, hasKeyWithin, hasKeyWithinOne } from './keys.ts'
import { isNear } from './near.ts'

/**
 * The filter of an Expression about one parameter, on the facts of a resource or of one of its groups
 * (`resources/store/mongo/document.ts`).
 */
export function entryFilter(expression: EntryExpression): MongoFilter {
  const { param } = expression
  switch (expression.kind) {
    case 'token':
      return tokenFilter(param, expression.tests)
    case 'string':
      return stringFilter(expression)
    case 'reference':
      return hasKey(referenceKeys(expression))
    case 'uri':
      return uriFilter(expression)
    case 'range':
      return anyOf(expression.tests.map((test) => rangeFilter(param, test)))
    case 'words':
      return wordsFilter(expression)
    case 'near':
      return anyOf(expression.tests.map((test) => isNear(param, test)))
    case 'present':
      return presentFilter(param, expression.table)
  }
}

/** Keys of what a reference criterion wants. */
export function referenceKeys({
  param,
  targets,
  bare,
  uris,
}: Extract<EntryExpression, { kind: 'reference' }>): string[] {
  return [
    ...targets.map(({ type, id }) => referenceKey(param, type, id)),
    ...bare.types.flatMap((type) => bare.ids.map((id) => referenceKey(param, type, id))),
    ...uris.map((uri) => uriKey(param, uri)),
  ]
}

/** A token test of one key. */
export function isExact(test: TokenTest): test is { system: string; code: string } {
  return test.system !== undefined && test.code !== undefined
}

function tokenFilter(param: string, tests: readonly TokenTest[]): MongoFilter {
  const keys: string[] = []
  const codes: Stretch[] = []
  const systems: string[] = []
  for (const { system, code } of tests) {
    if (system !== undefined && code !== undefined) keys.push(tokenKey(param, code, system))
    else if (code !== undefined) codes.push(codeStretch(param, code))
    else if (system !== undefined) systems.push(system)
    else codes.push(tokenStretch(param))
  }
  return anyOf([hasKey(keys), hasKeyWithinOne(codes), endsWithPart(tokenStretch(param), systems)])
}

function stringFilter({ param, mode, texts }: Extract<EntryExpression, { kind: 'string' }>): MongoFilter {
  const all = stringStretch(param)
  switch (mode) {
    case 'exact':
      return hasKey(texts.map((text) => stringKey(param, fold(text), text)))
    case 'whole':
      return hasKeyWithinOne(texts.map((text) => wholeStretch(param, text)))
    case 'starts':
      return hasKeyWithinOne(texts.map((text) => startStretch(param, text)))
    case 'contains':
    case 'ends':
      return firstPartHas(all, texts, mode === 'ends')
    case 'before':
      return hasKeyWithinOne(texts.map((text) => ({ from: all.from, to: startStretch(param, text).from })))
    case 'after':
      return hasKeyWithinOne(texts.map((text) => ({ from: wholeStretch(param, text).to, to: all.to })))
  }
}

function uriFilter({ param, uris, mode }: Extract<EntryExpression, { kind: 'uri' }>): MongoFilter {
  const keysOf = (all: readonly string[]) => hasKey(all.map((uri) => uriKey(param, uri)))
  if (mode === 'above') return keysOf([...uris, ...uris.flatMap(pathsAbove)])
  if (mode !== 'below') return keysOf(uris)
  const folders = uris.map((uri) => (uri.endsWith('/') ? uri : `${uri}/`))
  return anyOf([keysOf(uris), hasKeyWithinOne(folders.map((folder) => uriStretch(param, folder)))])
}

const OPERATORS = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const
const FIELDS = { low: 'l', high: 'h' } as const

function rangeFilter(param: string, { unit, all, any = [] }: RangeTest): MongoFilter {
  const test: Record<string, unknown> = { p: param, u: unit, ...endsOf([...all, ...all.flatMap(followingOf)]) }
  if (any.length > 0) test.$or = any.map((one) => endsOf([one]))
  return { r: { $elemMatch: test } }
}

/** No range ends before it starts: with both ends of its stretch, an index is left where it is over. */
function followingOf([end, is, than]: Comparison): Comparison[] {
  if (end === 'high' && is[0] === '<') return [['low', is, than]]
  return end === 'low' && is[0] === '>' ? [['high', is, than]] : []
}

/** Comparisons by the end that they are of: of two of a kind, the narrower one. */
function endsOf(comparisons: readonly Comparison[]): Record<string, Record<string, number>> {
  const ends: Record<string, Record<string, number>> = {}
  for (const [end, is, than] of comparisons) {
    ends[FIELDS[end]] ??= {}
    const tests = ends[FIELDS[end]]!
    const known = tests[OPERATORS[is]] ?? than
    tests[OPERATORS[is]] = is[0] === '<' ? Math.min(known, than) : Math.max(known, than)
  }
  return ends
}

function wordsFilter({ param, any }: Extract<EntryExpression, { kind: 'words' }>): MongoFilter {
  const kind = param === '_text' ? 't' : 'c'
  const anyWord: MongoFilter = { w: { $elemMatch: { $gte: kind, $lt: `${kind}\u{10ffff}` } } }
  return anyOf(
    any.map((words) => (words.length === 0 ? anyWord : everyOf(words.map((word) => ({ w: `${kind}${word}` }))))),
  )
}

function presentFilter(param: string, table: EntryTable): MongoFilter {
  switch (table) {
    case 'range':
      return { 'r.p': param }
    case 'string':
      return hasKeyWithin(stringStretch(param))
    case 'entry':
      return hasKeyWithinOne(kindStretches(param, ['t', 'r', 'u']))
  }
}

/** What a composite asks of one element, and that the resource has each of it: an index leads by the latter. */
export function compositeFilter(parts: readonly EntryExpression[]): MongoFilter {
  const [first] = parts
  if (!first) return NEVER
  const filters = parts.map(entryFilter)
  if (filters.includes(NEVER)) return NEVER
  // Not all compatible servers know what stands here for a document's fields where an operator comes first.
  const isRange = first.kind === 'range' || (first.kind === 'present' && first.table === 'range')
  const field = isRange ? 'r' : 'k'
  return everyOf([...filters, { g: { $elemMatch: { [field]: { $exists: true }, $and: filters } } }])
}
