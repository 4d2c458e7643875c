import { beginningOf } from '../resources/beginning.ts'
import { dateRange } from '../resources/dates.ts'
import type { SearchType } from '../resources/definitions/shapes.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { fold } from '../resources/fold.ts'
import type { Zone } from '../resources/zone.ts'
import { badValue } from './criterion.ts'
import type { Comparison, Expression, StringMode } from './expression.ts'

/** A test of a filter at the end of its path. */
export interface FilterTest {
  code: string
  op: string
  value: string
  /** `id` and `moment` are the columns of the store: `_id`, `_lastUpdated`. */
  searchType: SearchType | 'id' | 'moment'
  /** What a date without an offset is meant in; UTC where it is not given. */
  zone: Zone | undefined
}

/** Makes an Expression of the ordinary criterion that asks the same. */
type Ordinary = (name: string, value: string) => Expression | undefined

type Operators = Record<string, (test: FilterTest, ordinary: Ordinary) => Expression | undefined>

/**
 * Names that stand for code systems (R4 search_filter, notes on the operators); `ucum` may be the second part of a
 * quantity.
 */
const SYSTEMS: Record<string, string> = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ucum: 'http://unitsofmeasure.org',
}

const plain = ({ code, value }: FilterTest, ordinary: Ordinary) => ordinary(code, kept(value))
const prefixed = ({ code, op, value }: FilterTest, ordinary: Ordinary) => ordinary(code, `${op}${kept(value)}`)
const negated =
  (eq: typeof plain): typeof plain =>
  (test, ordinary) => {
    const part = eq(test, ordinary)
    return part && { kind: 'not', part }
  }
const modified =
  (modifier: string): typeof plain =>
  ({ code, value }, ordinary) =>
    ordinary(`${code}:${modifier}`, kept(value))

const PRESENCE: Operators = {
  pr: ({ code, value }, ordinary) => {
    if (value !== 'true' && value !== 'false') throw badValue(`${beginningOf(code)} pr`, 'true or false')
    return ordinary(`${code}:missing`, value === 'true' ? 'false' : 'true')
  },
}
const EQUALITY: Operators = { eq: plain, ne: negated(plain) }
const ORDER: Operators = Object.fromEntries(
  ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'].map((op) => [op, prefixed]),
)

/** What is asked of strings is asked of the whole text, folded: `eq` is no beginning of it. */
const text =
  (...modes: StringMode[]) =>
  ({ code, value }: FilterTest): Expression => {
    const tests = modes.map((mode): Expression => ({ kind: 'string', param: code, mode, texts: [fold(value)] }))
    return tests.length === 1 ? tests[0]! : { kind: 'or', parts: tests }
  }

/** The stretches of a date that contain the value's, or overlap with it. */
const stretch =
  (compare: (start: number, end: number) => Comparison[]) =>
  ({ code, value, zone }: FilterTest): Expression => {
    const range = dateRange(value, zone)
    if (!range) throw badValue(beginningOf(code), 'a date')
    return { kind: 'range', param: code, tests: [{ unit: '', all: compare(range.start, range.end) }] }
  }

/** What each type of parameter has (R4 search_filter, "Operators"). */
const OPERATORS: Partial<Record<FilterTest['searchType'], Operators>> = {
  string: {
    ...PRESENCE,
    eq: text('whole'),
    ne: negated(text('whole')),
    co: text('contains'),
    sw: text('starts'),
    ew: text('ends'),
    gt: text('after'),
    lt: text('before'),
    ge: text('after', 'whole'),
    le: text('before', 'whole'),
  },
  token: {
    ...PRESENCE,
    ...EQUALITY,
    in: modified('in'),
    ni: modified('not-in'),
    nin: modified('not-in'),
    ss: modified('below'),
    sb: modified('above'),
  },
  date: {
    ...PRESENCE,
    ...ORDER,
    co: stretch((start, end) => [
      ['low', '<=', start],
      ['high', '>=', end],
    ]),
    po: stretch((start, end) => [
      ['low', '<', end],
      ['high', '>', start],
    ]),
  },
  moment: ORDER,
  number: { ...PRESENCE, ...ORDER },
  quantity: { ...PRESENCE, ...ORDER },
  reference: { ...PRESENCE, ...EQUALITY, re: plain },
  uri: { ...PRESENCE, ...EQUALITY },
  special: { ...PRESENCE, eq: plain, ne: negated(plain) },
  composite: { ...PRESENCE, ...EQUALITY },
  id: EQUALITY,
}

/** Makes an Expression of a test. Throws `invalid` for an operator that its parameter does not have. */
export function applyOperator(test: FilterTest, ordinary: Ordinary): Expression | undefined {
  const { code, op, searchType } = test
  const operators = OPERATORS[searchType] ?? {}
  if (Object.hasOwn(operators, op)) return operators[op]!(withSystem(test), ordinary)
  const words = `_filter: ${beginningOf(code)} has no operator ${beginningOf(op)}: it takes ${Object.keys(operators).join(', ')}.`
  throw FhirError.of('invalid', words, { code: 'not-supported' })
}

function withSystem(test: FilterTest): FilterTest {
  const { searchType, value } = test
  if (searchType !== 'token' && searchType !== 'quantity') return test
  const form = searchType === 'token' ? /^()(loinc|snomed|rxnorm|ucum)(?=\|)/ : /^([^|]*\|)(ucum)(?=\|)/
  return { ...test, value: value.replace(form, (_, before: string, name: string) => `${before}${SYSTEMS[name]}`) }
}

/** A filter's value is one: a comma parts nothing. */
function kept(value: string): string {
  return value.replace(/\\[\s\S]|,/g, (found) => (found === ',' ? '\\,' : found))
}
