import { type Fragment, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'

/** A reference parameter of a type, and whether its canonicals are followed in place of its references. */
export interface Reference {
  type: string
  param: string
  canonical?: true | undefined
}

/** Tables that lead from a resource to another, as what follows FROM or JOIN, the condition on the first, and both ends. */
export interface Step {
  tables: Fragment
  where: Fragment
  /** `rid` of what refers. */
  near: string
  /** `rid` of what is referred to. */
  far: string
}

/**
 * The step from what refers to what it refers to, `target`, or back. A canonical leads to what has it for its `url`, or for
 * `url` and `version`: both are entries of one dictionary.
 */
export function stepOf(
  numbers: Numbers,
  { type, param, canonical }: Reference,
  target: string,
  way: 'forth' | 'back',
  alias: string,
): Step {
  const entry = `entry ${alias}`
  if (!canonical) {
    const where = sql`${raw(alias)}.param = ${numbers.param(type, param)}`
    return { tables: raw(entry), where, near: `${alias}.rid`, far: `${alias}.value` }
  }
  const url = `${alias}u`
  const refers = sql`${raw(alias)}.param = ${numbers.param(type, `${param}:canonical`)}`
  const isMeant = sql`${raw(url)}.param = ${numbers.param(target, 'url:canonical')}`
  const ends = { near: `${alias}.rid`, far: `${url}.rid` }
  const same = raw(`${url}.value = ${alias}.value`)
  if (way === 'forth') {
    return { tables: sql`${raw(entry)} CROSS JOIN entry ${raw(url)} ON ${same} AND ${isMeant}`, where: refers, ...ends }
  }
  return { tables: sql`entry ${raw(url)} CROSS JOIN ${raw(entry)} ON ${same} AND ${refers}`, where: isMeant, ...ends }
}
