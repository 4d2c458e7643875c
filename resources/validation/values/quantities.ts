import { beginningOf } from '../../beginning.ts'
import { membersOf } from '../../definitions/definitions.ts'
import { rulesOf } from '../../definitions/rules.ts'
import { isUcumCode } from '../../units/units.ts'
import type { Place, Run } from '../place.ts'
import { wrong } from './finding.ts'

/** UCUM's url as a code system. */
const UCUM = 'http://unitsofmeasure.org'

interface Quantity {
  system?: string
  code?: string
  unit?: string
}

/** Of a Quantity or Coding: a code of UCUM is one (R4 datatypes.html#Quantity). */
export function checkUcum(place: Place, run: Run): void {
  const { system, code } = place.value as Quantity
  if (system !== UCUM || code === undefined || isUcumCode(code) !== false) return
  run.report(place, wrong('ucum-code', `UCUM has no unit ${beginningOf(code)}`, 'code-invalid'), 'code')
}

const SIMPLE = 'http://hl7.org/fhir/StructureDefinition/SimpleQuantity'

/** A Quantity: its unit; and where R4 asks for a SimpleQuantity, that it has no comparator (sqty-1). */
export function checkQuantity(place: Place, run: Run): void {
  checkUcum(place, run)
  const { comparator } = place.value as { comparator?: unknown }
  if (comparator === undefined || !place.parent) return
  const { type } = place.parent
  const element = membersOf(type).get(place.name)?.name
  if (element === undefined || !rulesOf(type)[element]?.profiles?.includes(SIMPLE)) return
  run.report(place, wrong('sqty-1', 'The comparator is not used on a SimpleQuantity', 'invariant'))
}

/** Range: both ends are in the same unit (R4 datatypes.html#Range). */
export function checkRange(place: Place, run: Run): void {
  const { low, high } = place.value as { low?: Quantity; high?: Quantity }
  if (!low || !high) return
  const differ = (name: 'system' | 'code' | 'unit') =>
    low[name] !== undefined && high[name] !== undefined && low[name] !== high[name]
  const coded = low.code !== undefined && high.code !== undefined
  if (coded ? differ('system') || differ('code') : differ('unit'))
    run.report(place, wrong('range-units', 'Both ends of a range are in the same unit.'))
}

const DATA = /^(?:-?\d*\.?\d+(?:[eE][+-]?\d+)?|[EUL])$/

/** SampledData.data: decimals, or E, U, L, with single spaces between them, as many for each point as there are dimensions. */
export function checkSampledData(place: Place, run: Run): void {
  const { data, dimensions } = place.value as { data?: string; dimensions?: number }
  if (data === undefined) return
  const points = data.split(' ')
  if (!points.every((point) => DATA.test(point)))
    run.report(place, wrong('sampled-data', 'Sampled data is decimals, E, U or L, with one space between two.'), 'data')
  else if (dimensions !== undefined && points.length % dimensions !== 0)
    run.report(
      place,
      wrong('sampled-data', `${points.length} values are not points of ${dimensions} dimensions.`),
      'data',
    )
}
