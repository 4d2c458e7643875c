import { dateRange, type Range } from '../../resources/dates.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import type { Zone } from '../../resources/zone.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Comparison, Expression, RangeTest } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { unescaped } from '../values.ts'
import { type Prefix, splitPrefix } from './prefix.ts'

/** The first and the last moment that a JavaScript date can be: where a period is open. */
const EARLIEST = -8.64e15
const LATEST = 8.64e15

interface Period {
  start?: unknown
  end?: unknown
}

interface Timing {
  event?: unknown
  repeat?: { boundsPeriod?: Period }
}

/**
 * Index entries of a date parameter: from the first moment of the value to the first after it (R4 search, date). A value
 * without an offset is meant in `zone`.
 */
export function indexDate(param: string, { value, type }: SelectedValue, zone: Zone): IndexEntry[] {
  const range = rangeOf(value, type, zone)
  return range && range.start < range.end ? [['range', param, '', range.start, range.end]] : []
}

function rangeOf(value: unknown, type: string, zone: Zone): Range | undefined {
  if (typeof value === 'string') return dateRange(value, zone)
  if (type === 'Period') return ofPeriod(value as Period, zone)
  if (type === 'Timing') return ofTiming(value as Timing, zone)
  if (type !== 'Extension') return undefined
  const { valueDateTime, valueDate, valueInstant, valuePeriod } = value as Record<string, unknown>
  if (valuePeriod) return ofPeriod(valuePeriod, zone)
  return rangeOf(valueDateTime ?? valueDate ?? valueInstant, 'dateTime', zone)
}

function ofPeriod({ start, end }: Period, zone: Zone): Range | undefined {
  const first = typeof start === 'string' ? dateRange(start, zone) : undefined
  const last = typeof end === 'string' ? dateRange(end, zone) : undefined
  return first || last ? { start: first?.start ?? EARLIEST, end: last?.end ?? LATEST } : undefined
}

/** The outer limits of the schedule: what happens between them is not looked at (R4 search, date). */
function ofTiming({ event, repeat }: Timing, zone: Zone): Range | undefined {
  const ranges = (Array.isArray(event) ? event : [])
    .filter((moment) => typeof moment === 'string')
    .map((moment) => dateRange(moment, zone))
  const known = [...ranges, repeat?.boundsPeriod && ofPeriod(repeat.boundsPeriod, zone)].filter(
    (range) => range !== undefined,
  )
  if (known.length === 0) return undefined
  return { start: Math.min(...known.map(({ start }) => start)), end: Math.max(...known.map(({ end }) => end)) }
}

/** A date of any precision with a prefix or without (R4 search, date and "Prefixes"). */
export function parseDateTest({ parameter, modifier, values, zone }: Criterion): Expression {
  if (modifier !== undefined) throw unknownModifier(`${parameter.code}:${modifier}`)
  return { kind: 'range', param: parameter.code, tests: values.map((value) => parseTest(parameter.code, value, zone)) }
}

function parseTest(param: string, value: string, zone: Zone | undefined): RangeTest {
  const { prefix, rest } = splitPrefix(unescaped(value))
  const range = dateRange(rest, zone)
  if (!range) throw badValue(param, 'a date, with a prefix or without')
  return { unit: '', ...comparisons(prefix, range) }
}

/** What a prefix asks of the stretch from `low` to `high`, `high` being the first moment after it. */
function comparisons(prefix: Prefix, { start, end }: Range): Omit<RangeTest, 'unit'> {
  const endsAfter: Comparison = ['high', '>', end]
  const startsBefore: Comparison = ['low', '<', start]
  const startsWithin: Comparison = ['low', '>=', start]
  const endsWithin: Comparison = ['high', '<=', end]
  switch (prefix) {
    case 'eq':
      return { all: [startsWithin, endsWithin] }
    case 'ne':
      return { all: [], any: [startsBefore, endsAfter] }
    case 'gt':
      return { all: [endsAfter] }
    case 'lt':
      return { all: [startsBefore] }
    case 'ge':
      return { all: [['high', '>', start]], any: [startsWithin, endsAfter] }
    case 'le':
      return { all: [['low', '<', end]], any: [endsWithin, startsBefore] }
    case 'sa':
      return { all: [['low', '>=', end]] }
    case 'eb':
      return { all: [['high', '<=', start]] }
    case 'ap': {
      // A tenth of the time between then and now, on either side.
      const about = Math.abs(Date.now() - start) / 10
      return {
        all: [
          ['low', '<', end + about],
          ['high', '>', start - about],
        ],
      }
    }
  }
}
