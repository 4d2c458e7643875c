import { beginningOf } from '../resources/beginning.ts'
import { dateRange } from '../resources/dates.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { ID_PATTERN } from '../resources/references.ts'
import type { Zone } from '../resources/zone.ts'
import { atStart, parseChained } from './chain.ts'
import { badValue, type ParseContext, unknownModifier } from './criterion.ts'
import { allOf, type Bounds, type Expression } from './expression.ts'
import { checkFilters, parseFilter } from './filter.ts'
import { isInclude } from './include.ts'
import { isDefined, parametersOf } from './parameters.ts'
import type { QueryPair } from './query.ts'
import { parseMissing } from './types/missing.ts'
import { parseTest } from './types/tests.ts'
import { parseWords } from './types/text.ts'
import { splitEscaped } from './values.ts'

/** Values in one parameter, and in all of a search together, at the most. */
const MOST_VALUES = 500
const MOST_VALUES_IN_ALL = 2000

/** Characters in one parameter at the most. */
const LONGEST_VALUE = 65_536

/** Parameters of R4 search that no SearchParameter defines. */
const UNBUILT = new Set(['_query'])

/** Parameters that say what a search as a whole is about (`contained.ts`): no criteria, and none where there is no search. */
const OF_SEARCHES = new Set(['_contained', '_containedType'])

/** Parameters that shape the answer and do not narrow it; the interaction reads them. */
export const RESULT_PARAMETERS: ReadonlySet<string> = new Set([
  '_count',
  '_cursor',
  '_elements',
  '_format',
  '_pretty',
  '_sort',
  '_summary',
  '_total',
])

export interface ParsedCriteria {
  expression: Expression
  /** The criteria that narrow the answer, as sent. */
  used: QueryPair[]
  /** Names of parameters that this server does not know for the type. */
  unknown: string[]
}

/**
 * Makes an Expression of the criteria among the parameters of a search. Throws `invalid` for a known parameter with
 * an unknown modifier or a bad value; unknown parameters are named in the result and not judged here.
 */
export function parseCriteria(typeName: string, pairs: readonly QueryPair[], context: ParseContext): ParsedCriteria {
  const parts: Expression[] = []
  const used: QueryPair[] = []
  const unknown: string[] = []
  let values = 0
  checkFilters(pairs.map(([name]) => name))
  for (const pair of pairs) {
    const [name, value] = pair
    if (RESULT_PARAMETERS.has(name) || isInclude(name)) continue
    if (value.length > LONGEST_VALUE) throw tooMany(`${beginningOf(name)} has more than ${LONGEST_VALUE} characters`)
    values += value.split(',').length
    if (values > MOST_VALUES_IN_ALL) throw tooMany(`The search has more than ${MOST_VALUES_IN_ALL} values`)
    const part = parseCriterion(typeName, name, value, context)
    if (part === 'unbuilt')
      throw FhirError.of('invalid', `${beginningOf(name)} is not supported yet.`, { code: 'not-supported' })
    if (!part) unknown.push(name)
    // "[name]=" without a value is no criterion (R4 search: empty parameters are ignored).
    else if (part !== 'empty') {
      parts.push(part)
      used.push(pair)
    }
  }
  return { expression: allOf(parts), used, unknown }
}

/**
 * Makes an Expression of one criterion: `empty` without a value, `unbuilt` when R4 knows it and this server does not
 * yet, undefined when neither does. Throws as `parseCriteria` does.
 */
export function parseCriterion(
  typeName: string,
  name: string,
  value: string,
  context: ParseContext,
  depth = atStart(),
): Expression | 'empty' | 'unbuilt' | undefined {
  const chained = parseChained(typeName, name, depth, context, (type, rest, deeper) =>
    parseCriterion(type, rest, value, context, deeper),
  )
  if (chained !== undefined) return chained
  if (name === '_filter') {
    return value === ''
      ? 'empty'
      : parseFilter(typeName, value, context, (type, own, text) => parseKnown(type, own, text, context))
  }
  const colon = name.indexOf(':')
  const code = colon < 0 ? name : name.slice(0, colon)
  const modifier = colon < 0 ? undefined : name.slice(colon + 1)
  if (OF_SEARCHES.has(code)) throw notHere(name)
  const parameter = parametersOf(typeName, context.parameters).get(code)
  if (!parameter && !isBuiltIn(code)) return isUnbuilt(typeName, code, context) ? 'unbuilt' : undefined
  if (value === '') return 'empty'
  const values = splitEscaped(value, ',').filter((part) => part !== '')
  if (values.length === 0) throw badValue(code, 'values between its commas')
  if (values.length > MOST_VALUES) throw tooMany(`${code} has more than ${MOST_VALUES} values`)
  if (!parameter) {
    if (modifier !== undefined) throw unknownModifier(name)
    if (code === '_list') return parseLists(values)
    if (code === '_text' || code === '_content') return parseWords(code, values)
    if (code === '_id') return parseIds(values)
    return { kind: 'lastUpdated', ranges: values.flatMap((moment) => parseMoment(moment, context.zone)) }
  }
  const ways = (parameter.unionOf ?? [parameter]).map((one) =>
    modifier === 'missing' ? parseMissing(one, value) : parseTest({ parameter: one, modifier, values, ...context }),
  )
  // What must not be met, must be met in none of the ways.
  return ways.length === 1 ? ways[0]! : { kind: ways.every(({ kind }) => kind === 'not') ? 'and' : 'or', parts: ways }
}

/** A criterion of a parameter that is known, with a value. */
function parseKnown(type: string, name: string, value: string, context: ParseContext): Expression | undefined {
  const parsed = parseCriterion(type, name, value, context)
  return typeof parsed === 'string' ? undefined : parsed
}

/** Parameters that no SearchParameter with an expression defines. */
function isBuiltIn(code: string): boolean {
  return /^_(id|lastUpdated|list|text|content)$/.test(code)
}

/** What R4 lets narrow a search and is not built: to ignore it would give more than was asked for. */
function isUnbuilt(typeName: string, code: string, { parameters }: ParseContext): boolean {
  return UNBUILT.has(code) || isDefined(typeName, code, parameters)
}

function notHere(name: string): FhirError {
  const words = `${beginningOf(name)} is not supported here: _contained and _containedType are for searches as a whole, without modifiers.`
  return FhirError.of('invalid', words, { code: 'not-supported' })
}

function tooMany(what: string): FhirError {
  return FhirError.of('invalid', `${what}.`, { code: 'too-costly' })
}

/** Members of a List (R4 search, `_list`); functional lists such as `$current-problems` are none that is stored. */
function parseLists(values: string[]): Expression {
  if (values.some((id) => !ID_PATTERN.test(id))) throw badValue('_list', 'ids of Lists')
  return { kind: 'has', type: 'List', param: 'item', where: { kind: 'id', ids: values } }
}

function parseIds(values: string[]): Expression {
  return { kind: 'id', ids: values.filter((id) => ID_PATTERN.test(id)) }
}

/** `_lastUpdated` is a moment, so that each prefix is one or two ranges (R4 search, "Prefixes"). */
function parseMoment(value: string, zone: Zone | undefined): Bounds[] {
  const match = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)$/.exec(value)
  const range = match && dateRange(match[2]!, zone)
  if (!range) throw badValue('_lastUpdated', 'a date, with a prefix or without')
  const { start, end } = range
  switch (match[1] ?? 'eq') {
    case 'eq':
      return [{ start, end }]
    case 'ne':
      return [
        { start: undefined, end: start },
        { start: end, end: undefined },
      ]
    case 'gt':
    case 'sa':
      return [{ start: end, end: undefined }]
    case 'lt':
    case 'eb':
      return [{ start: undefined, end: start }]
    case 'ge':
      return [{ start, end: undefined }]
    case 'le':
      return [{ start: undefined, end }]
    default: {
      // About: a tenth of the time between then and now, on either side.
      const about = Math.abs(Date.now() - start) / 10
      return [{ start: start - about, end: end + about }]
    }
  }
}
