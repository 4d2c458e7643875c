import type { IndexEntry } from '../../resources/store/port.ts'
import { baseFormOf } from '../../resources/units/units.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression, RangeTest } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { splitEscaped, unescaped } from '../values.ts'
import { aroundOf, comparisons, isNumber, type NumberRange, readNumber, UNBOUNDED } from './number.ts'
import { splitPrefix } from './prefix.ts'

const UCUM = 'http://unitsofmeasure.org'
const CURRENCIES = 'urn:iso:std:iso:4217'

interface Quantity {
  value?: unknown
  comparator?: unknown
  unit?: unknown
  system?: unknown
  code?: unknown
}

/** A unit as index entries have it, and how numbers of the given unit become those of it. */
interface Scale {
  unit: string
  factor: number
  offset: number
}

/**
 * The unit of a quantity in the form that index entries and searches share. `system|code` for the code of a system;
 * for a UCUM code that is a multiple of base units, these stand for it (`http://unitsofmeasure.org|g.m-3`) and numbers
 * are converted. `|text` is a code or a unit as written, of any system; '' is any unit.
 */
function scaleOf(system: string, code: string): Scale {
  const form = system === UCUM ? baseFormOf(code) : undefined
  if (form) return { unit: `${UCUM}|${form.base}`, factor: form.factor, offset: form.offset }
  return asWritten(`${system}|${code}`)
}

function asWritten(unit: string): Scale {
  return { unit, factor: 1, offset: 0 }
}

/** Twelve digits: what is equal in other units stays so, for all that multiplying doubles does. */
function convert(value: number, { factor, offset }: Scale): number {
  if (factor === 1 && offset === 0) return value
  const converted = value * factor + offset
  return Math.abs(converted) < UNBOUNDED ? Number(converted.toPrecision(12)) : Math.sign(value) * UNBOUNDED
}

/** Index entries of a quantity parameter: of any unit, of its own, and as its unit is written (R4 search, quantity). */
export function indexQuantity(param: string, { value, type }: SelectedValue): IndexEntry[] {
  if (type === 'Range') return ofRange(param, value as { low?: Quantity; high?: Quantity })
  if (type === 'Money') {
    const { value: amount, currency } = value as { value?: unknown; currency?: unknown }
    return ofQuantity(param, { value: amount, system: CURRENCIES, code: currency })
  }
  if (type === 'Extension') {
    const { valueQuantity } = value as { valueQuantity?: Quantity }
    return valueQuantity ? ofQuantity(param, valueQuantity) : []
  }
  return typeof value === 'object' ? ofQuantity(param, value as Quantity) : []
}

function ofQuantity(param: string, quantity: Quantity): IndexEntry[] {
  const { value, comparator } = quantity
  if (!isNumber(value)) return []
  return scalesOf(quantity).map((scale) => {
    const at = convert(value, scale)
    const [low, high] = spanOf(at, comparator)
    return ['range', param, scale.unit, low, high]
  })
}

/** What a comparator leaves open: `<5` is all that is less (R4 datatypes, Quantity). */
function spanOf(value: number, comparator: unknown): [low: number, high: number] {
  const step = Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)
  switch (comparator) {
    case '<':
      return [-UNBOUNDED, Math.max(value - step, -UNBOUNDED)]
    case '<=':
      return [-UNBOUNDED, value]
    case '>':
      return [Math.min(value + step, UNBOUNDED), UNBOUNDED]
    case '>=':
      return [value, UNBOUNDED]
    default:
      return [value, value]
  }
}

function scalesOf({ unit, system, code }: Quantity): Scale[] {
  const scales = [asWritten('')]
  if (typeof code === 'string') {
    if (typeof system === 'string') scales.push(scaleOf(system, code))
    scales.push(asWritten(`|${code}`))
  }
  if (typeof unit === 'string' && unit !== code) scales.push(asWritten(`|${unit}`))
  return scales
}

/** From the lower to the higher quantity, in each unit that both ends can be told in. */
function ofRange(param: string, { low, high }: { low?: Quantity; high?: Quantity }): IndexEntry[] {
  const from = ends(low)
  const to = ends(high)
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((unit): IndexEntry[] => {
    if ((from.size > 0 && !from.has(unit)) || (to.size > 0 && !to.has(unit))) return []
    const [start, end] = [from.get(unit) ?? -UNBOUNDED, to.get(unit) ?? UNBOUNDED]
    return start <= end ? [['range', param, unit, start, end]] : []
  })
}

function ends(quantity: Quantity | undefined): Map<string, number> {
  const { value } = quantity ?? {}
  if (!quantity || !isNumber(value)) return new Map()
  return new Map(scalesOf(quantity).map((scale) => [scale.unit, convert(value, scale)]))
}

/** `number`, `number|system|code` or `number||unit`, with a prefix or without (R4 search, quantity). */
export function parseQuantityTest({ parameter, modifier, values }: Criterion): Expression {
  if (modifier !== undefined) throw unknownModifier(`${parameter.code}:${modifier}`)
  return { kind: 'range', param: parameter.code, tests: values.map((value) => parseTest(parameter.code, value)) }
}

function parseTest(param: string, text: string): RangeTest {
  const [first = '', ...unit] = splitEscaped(text, '|').map(unescaped)
  const { prefix, rest } = splitPrefix(first)
  const range = readNumber(rest)
  const scale = searchedScale(unit)
  if (!range || !scale) throw badValue(param, '[prefix]number, number|system|code or number||unit')
  if (prefix !== 'ap' || scale.unit === '') return { unit: scale.unit, ...comparisons(prefix, scaled(range, scale)) }
  const { all } = comparisons(prefix, range)
  return { unit: scale.unit, all: all.map(([end, is, than]) => [end, is, convert(than, scale)] as const) }
}

function scaled({ value, low, high }: NumberRange, scale: Scale): NumberRange {
  return aroundOf(convert(value, scale), convert(low, scale), convert(high, scale))
}

function searchedScale(parts: string[]): Scale | undefined {
  if (parts.length === 0) return asWritten('')
  const [system = '', code = ''] = parts
  return parts.length > 2 || code === '' ? undefined : scaleOf(system, code)
}
