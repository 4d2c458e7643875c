import { createHash } from 'node:crypto'
import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import { allOf, type Expression } from '../expression.ts'
import type { Search } from '../searcher.ts'
import { canonical } from './canonical.ts'
import { Filters } from './far.ts'
import { type Limits, type Readable, Reading } from './reading.ts'

/** A search that a commit repeats in its transaction. Its locks are those of all who ask the same, whatever they may see. */
export function selectionOf(store: Readable, { type, where, restriction }: Search, limits: Limits): MongoSelection {
  return {
    selection: 'mongo',
    locks: locksOf(type, where),
    async ids(session, most) {
      const reading = new Reading(store, limits, session)
      return reading.ids(type, await new Filters(reading, restriction).seen(type, where), most)
    },
  }
}

/**
 * Two searches that may find what the other one's caller makes have a lock in common: where identifiers are asked for, one for
 * the value of each, whatever else is asked; of all others those that ask the same, in whatever order, have the same.
 */
function locksOf(type: string, where: Expression): string[] {
  const flat = allOf([where])
  const parts = flat.kind === 'and' ? flat.parts : [flat]
  const tests = parts.flatMap((part) => (part.kind === 'token' && part.param === 'identifier' ? part.tests : []))
  const codes = new Set(tests.map(({ code }) => code))
  const isNamed = codes.size > 0 && !codes.has(undefined)
  const names = isNamed ? [...codes].map((code) => `identifier ${code}`) : [canonical(unordered(flat))]
  return names.map((name) => createHash('sha256').update(`${type} ${name}`).digest('base64url'))
}

/** The same for lists of the same: in what a search asks, their order means nothing. */
function unordered(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data
  if (!Array.isArray(data)) {
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, unordered(value)]))
  }
  return data.map((item) => canonical(unordered(item))).sort()
}
