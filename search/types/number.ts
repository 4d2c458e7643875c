import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Comparison, Expression, RangeTest } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { unescaped } from '../values.ts'
import { type Prefix, splitPrefix } from './prefix.ts'

/** Where a range has no lower or no upper end. */
export const UNBOUNDED = Number.MAX_VALUE

/** A searched number, and the limits that the precision of its digits gives: from `low` on, below `high`. */
export interface NumberRange {
  value: number
  low: number
  high: number
}

/** Numbers beyond it are refused: a tenth more, or the same in smaller units, is still a double. */
const GREATEST = 1e280

const NUMBER = /^(-?)(\d{1,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,6}))?$/

/** Whether a value is a number that can be indexed: JSON may hold what no double does (`1e999`). */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Index entries of a number parameter: the number itself, or the ends of a Range (R4 search, number). */
export function indexNumber(param: string, { value, type }: SelectedValue): IndexEntry[] {
  if (isNumber(value)) return [['range', param, '', value, value]]
  if (type === 'Range') {
    const { low, high } = value as { low?: { value?: unknown }; high?: { value?: unknown } }
    return closed(param, low?.value, high?.value)
  }
  if (type !== 'Extension') return []
  const { valueDecimal, valueInteger, valueRange } = value as Record<string, unknown>
  if (valueRange) return indexNumber(param, { value: valueRange, type: 'Range', binding: undefined })
  return indexNumber(param, { value: valueDecimal ?? valueInteger, type: 'decimal', binding: undefined })
}

function closed(param: string, low: unknown, high: unknown): IndexEntry[] {
  const from = isNumber(low) ? low : -UNBOUNDED
  const to = isNumber(high) ? high : UNBOUNDED
  return from <= to && (from > -UNBOUNDED || to < UNBOUNDED) ? [['range', param, '', from, to]] : []
}

/** A number with a prefix or without (R4 search, number). */
export function parseNumberTest({ parameter, modifier, values }: Criterion): Expression {
  if (modifier !== undefined) throw unknownModifier(`${parameter.code}:${modifier}`)
  const tests = values.map((text): RangeTest => {
    const { prefix, rest } = splitPrefix(unescaped(text))
    const range = readNumber(rest)
    if (!range) throw badValue(parameter.code, 'a number, with a prefix or without')
    return { unit: '', ...comparisons(prefix, range) }
  })
  return { kind: 'range', param: parameter.code, tests }
}

/**
 * Reads a number with the precision of its digits: half a unit of the last one (`100` is 99.5 to 100.5). Before an
 * exponent half a tenth at the most, and noughts at the end tell nothing: R4's own examples are `1e2`, 95 to 105, and
 * `5.40e-3`, 0.00535 to 0.00545 (R4 search, number and quantity). Undefined for what is none or no double.
 */
export function readNumber(text: string): NumberRange | undefined {
  const match = NUMBER.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', exponent] = match
  const digits = exponent === undefined ? fraction : fraction.replace(/0+$/, '').padEnd(1, '0')
  const scaled = BigInt(`${sign}${whole}${digits}`) * 10n
  // In decimals up to the last step, so that 0.1 is 0.05 to 0.15 and not next to it.
  const scale = Number(exponent ?? 0) - digits.length - 1
  const at = (offset: bigint) => Number(`${scaled + offset}e${scale}`)
  const value = Number(text)
  return Math.abs(value) <= GREATEST ? aroundOf(value, at(-5n), at(5n)) : undefined
}

/** The limits of a value; more digits than a double has still leave room for the value itself. */
export function aroundOf(value: number, low: number, high: number): NumberRange {
  const next = value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)
  return { value, low: Math.min(low, value), high: Math.max(high, next) }
}

/** What a prefix asks of the numbers from `low` to `high`; only `eq` and `ne` heed precision (R4 search, "Prefixes"). */
export function comparisons(prefix: Prefix, { value, low, high }: NumberRange): Omit<RangeTest, 'unit'> {
  const above: Comparison = ['high', '>', value]
  const below: Comparison = ['low', '<', value]
  switch (prefix) {
    case 'eq':
      return {
        all: [
          ['low', '>=', low],
          ['high', '<', high],
        ],
      }
    case 'ne':
      return {
        all: [],
        any: [
          ['low', '<', low],
          ['high', '>=', high],
        ],
      }
    case 'gt':
      return { all: [above] }
    case 'lt':
      return { all: [below] }
    case 'ge':
      return { all: [['high', '>=', value]], any: [['low', '>=', value], above] }
    case 'le':
      return { all: [['low', '<=', value]], any: [['high', '<=', value], below] }
    case 'sa':
      return { all: [['low', '>', value]] }
    case 'eb':
      return { all: [['high', '<', value]] }
    case 'ap':
      return {
        all: [
          ['low', '<=', aboutOf(value, 1)],
          ['high', '>=', aboutOf(value, -1)],
        ],
      }
  }
}

/** A tenth of the number above (1) or below (-1) it. */
function aboutOf(value: number, side: 1 | -1): number {
  // By way of eleven or nine tenths, rounded: 1.1 times 100 is 110.00000000000001.
  const factor = side === Math.sign(value) ? 11 : 9
  return Number(((value * factor) / 10).toPrecision(15))
}
