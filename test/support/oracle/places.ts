import fc from 'fast-check'
import { POOL, some } from './elements.ts'

/** A place and a distance as a search has them, and whether a position is within it; undefined where it is on the brink. */
export interface Place {
  text: string
  isNear(latitude: number, longitude: number): boolean | undefined
}

const EARTH = 6_371_008.8
/** Metres that two ways of reckoning may differ by. */
const BRINK = 0.05

/** Around the sphere, by the angle of two vectors: another way than by haversines. */
function metresBetween(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [vector(one), vector(other)]
  const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]] as const
  return EARTH * Math.atan2(Math.hypot(...cross), a[0] * b[0] + a[1] * b[1] + a[2] * b[2])
}

function vector([latitude = 0, longitude = 0]: readonly number[]): [number, number, number] {
  const [up, around] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180]
  return [Math.cos(up) * Math.cos(around), Math.cos(up) * Math.sin(around), Math.sin(up)]
}

const UNITS: [name: string, metres: number][] = [
  ['', 1000],
  ['km', 1000],
  ['m', 1],
  ['[mi_i]', 1609.344],
]

function placeOf(from: readonly number[], metres: number, [unit, factor]: (typeof UNITS)[number]): Place {
  const distance = (metres / factor).toFixed(6)
  const text = [...from, ...(metres === 20_000 && unit === '' ? [] : [distance, ...(unit === '' ? [] : [unit])])].join(
    '|',
  )
  return {
    text,
    isNear(latitude, longitude) {
      if (latitude === from[0] && longitude === from[1]) return true
      const between = metresBetween(from, [latitude, longitude])
      return Math.abs(between - metres) < BRINK ? undefined : between < metres
    },
  }
}

/** From one of the pool's positions, as far as another or a little less far; or any distance. */
export const places: fc.Arbitrary<Place> = fc
  .tuple(some(POOL.positions), some(POOL.positions), fc.constantFrom(0.999, 1.001, 1.001), fc.constantFrom(...UNITS))
  .chain(([from, to, share, unit]) =>
    fc
      .oneof(
        { weight: 3, arbitrary: fc.constant(metresBetween(from, to) * share) },
        { weight: 2, arbitrary: fc.constantFrom(0, 20_000, 1_000_000, 20_100_000) },
      )
      .map((metres) => placeOf(from, metres, unit)),
  )
