import type { NearTest } from '../expression.ts'
import { type Fragment, join, raw, sql } from './fragment.ts'

/**
 * What a row of `range_entry` must meet to be near: its ends are latitude and longitude (`../types/near.ts`). The index
 * leads to those between two latitudes, SQLite's own mathematics decide among them.
 */
export function nearTest(tests: readonly NearTest[], alias: string): Fragment {
  const column = (name: string) => raw(`${alias}.${name}`)
  const wanted = tests.map(({ latitude, longitude, south, north, haversine }) => {
    const along = sql`pow(sin(radians(${column('low')} - ${latitude}) / 2), 2)`
    const across = sql`pow(sin(radians(${column('high')} - ${longitude}) / 2), 2)`
    const between = sql`cos(radians(${latitude})) * cos(radians(${column('low')}))`
    return sql`(${column('low')} BETWEEN ${south} AND ${north} AND ${along} + ${between} * ${across} <= ${haversine})`
  })
  return sql`${column('unit')} = 0 AND (${wanted.length === 0 ? raw('0') : join(wanted, ' OR ')})`
}
