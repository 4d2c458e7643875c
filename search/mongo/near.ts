import type { NearTest } from '../expression.ts'
import { everyOf, type MongoFilter } from './conditions.ts'

const DEGREE = Math.PI / 180

/**
 * That a position of the resource is near: the ends of its range are latitude and longitude (`../types/near.ts`). An index
 * leads to those between two latitudes, the server's own mathematics decide among them, as `isNear` does.
 */
export function isNear(param: string, test: NearTest): MongoFilter {
  const { south, north } = test
  const between: MongoFilter = { r: { $elemMatch: { p: param, l: { $gte: south, $lte: north } } } }
  const cond = {
    $and: [
      { $eq: ['$$r.p', param] },
      { $gte: ['$$r.l', south] },
      { $lte: ['$$r.l', north] },
      { $lte: [haversine(test), test.haversine] },
    ],
  }
  const near = { $filter: { input: { $ifNull: ['$r', []] }, as: 'r', cond } }
  return everyOf([between, { $expr: { $gt: [{ $size: near }, 0] } }])
}

/** Half the chord between two places on a unit sphere, squared. */
function haversine({ latitude, longitude }: NearTest): unknown {
  const half = (end: string, from: number) => ({
    $divide: [{ $multiply: [{ $subtract: [end, from] }, DEGREE] }, 2],
  })
  const squareOfSine = (angle: unknown) => ({ $pow: [{ $sin: angle }, 2] })
  const between = { $multiply: [Math.cos(latitude * DEGREE), { $cos: { $multiply: ['$$r.l', DEGREE] } }] }
  const across = squareOfSine(half('$$r.h', longitude))
  return { $add: [squareOfSine(half('$$r.l', latitude)), { $multiply: [between, across] }] }
}
