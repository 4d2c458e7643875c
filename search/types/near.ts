import type { IndexEntry } from '../../resources/store/port.ts'
import { baseFormOf } from '../../resources/units/units.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression, NearTest } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { splitEscaped, unescaped } from '../values.ts'
import { isNumber } from './number.ts'

/** Mean radius of the earth in metres. */
const EARTH = 6_371_008.8

/** km that are near where no distance is given: R4 leaves it to the server. */
const NEARBY = 20

const DEGREE = Math.PI / 180
const DECIMAL = /^[+-]?\d{1,15}(\.\d{1,15})?$/

/** Index entries of a position: one range, latitude and longitude being its ends, so that each stays with the other. */
export function indexPosition(param: string, { value }: SelectedValue): IndexEntry[] {
  const { latitude, longitude } = value as { latitude?: unknown; longitude?: unknown }
  return isNumber(latitude) && isNumber(longitude) ? [['range', param, '', latitude, longitude]] : []
}

/** `latitude|longitude|distance|units`, the last two being optional; km without units (R4 Location, `near`). */
export function parseNearTest({ parameter, modifier, values }: Criterion): Expression {
  if (modifier !== undefined) throw unknownModifier(`${parameter.code}:${modifier}`)
  return { kind: 'near', param: parameter.code, tests: values.map((value) => parseTest(parameter.code, value)) }
}

function parseTest(param: string, text: string): NearTest {
  const parts = splitEscaped(text, '|').map(unescaped)
  const [latitude = Number.NaN, longitude = Number.NaN, distance = NEARBY] = parts
    .slice(0, 3)
    .map((part, at) => (at === 2 && part === '' ? NEARBY : DECIMAL.test(part) ? Number(part) : Number.NaN))
  const metres = distance * metresOf(parts[3] ?? '')
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  if (parts.length > 4 || !isPlace || !(metres >= 0)) {
    throw badValue(param, 'latitude|longitude|distance|units, in degrees and a UCUM unit of length')
  }
  const angle = metres / EARTH
  const reach = angle / DEGREE + 1e-9
  const haversine = angle < Math.PI ? Math.sin(angle / 2) ** 2 : 2
  return { latitude, longitude, south: latitude - reach, north: latitude + reach, haversine }
}

/** Metres of a unit of length; NaN for another. Miles are written as people do, too. */
function metresOf(unit: string): number {
  if (unit === '') return 1000
  const form = baseFormOf(unit === 'mi' ? '[mi_i]' : unit)
  return form?.base === 'm' ? form.factor : Number.NaN
}

/** Whether a position is as near as asked for. */
export function isNear(test: NearTest, latitude: number, longitude: number): boolean {
  if (latitude < test.south || latitude > test.north) return false
  return haversineOf(test, latitude, longitude) <= test.haversine
}

/** Half the chord between two places on a unit sphere, squared. */
function haversineOf(from: NearTest, latitude: number, longitude: number): number {
  const between = Math.cos(from.latitude * DEGREE) * Math.cos(latitude * DEGREE)
  const across = Math.sin(((longitude - from.longitude) * DEGREE) / 2) ** 2
  return Math.sin(((latitude - from.latitude) * DEGREE) / 2) ** 2 + between * across
}
