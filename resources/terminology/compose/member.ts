import type { Concept } from '../concept.ts'
import { isSame, meetsAll } from '../conditions.ts'
import type { Part, ResolvedSet } from './resolved.ts'
import type { ListedCode } from './value-set.ts'

/** Whether a code is in a value set. `unknown`: something of what the set is made of is not held. */
export interface Membership {
  result: 'in' | 'out' | 'unknown'
  /** As its code system tells it, where that is held. */
  concept?: Concept
  /** As the value set lists it. */
  listed?: ListedCode
  /** Why it is not known. */
  reason?: string
  /** Of an `out`: the part in which its place would be, but for its conditions, or its days. */
  near?: Part
}

const OUT: Membership = { result: 'out' }

/** Whether a code of a system is in a value set, without expanding it. */
export async function memberOf(set: ResolvedSet, system: string, code: string): Promise<Membership> {
  const found = await inSome(set, system, code)
  if (found.result === 'out') return found
  if (found.concept?.inactive && !set.inactive) return { ...found, result: 'out' }
  for (const part of set.excludes) {
    const excluded = await inPart(part, system, code)
    if (excluded.result === 'in') return { ...found, result: 'out' }
    if (excluded.result === 'unknown') return excluded
  }
  return found
}

async function inSome(set: ResolvedSet, system: string, code: string): Promise<Membership> {
  const stored = set.stored?.get(`${system}|${code}`)
  if (stored) return { result: 'in', concept: stored.concept }
  let best = OUT
  for (const part of set.includes) {
    const found = await inPart(part, system, code)
    if (found.result === 'in') return found
    if (found.result === 'unknown' || (best.result === 'out' && found.near)) best = found
  }
  return best
}

/** Whether a code is in an include or exclude. */
export async function inPart(part: Part, system: string, code: string): Promise<Membership> {
  if (part.system !== undefined && part.system !== system) return OUT
  const own: Membership = part.system === undefined ? { result: 'in' } : await ofSystem(part, code)
  if (own.result === 'out') return own
  let unknown = own.result === 'unknown' ? own : undefined
  let concept = own.concept
  let listed = own.listed
  for (const set of part.sets) {
    const found = await memberOf(set, system, code)
    if (found.result === 'out') return found
    if (found.result === 'unknown') unknown ??= found
    concept ??= found.concept
    listed ??= found.listed
  }
  if (unknown) return unknown
  if (part.missing !== undefined) return { result: 'unknown', reason: part.missing }
  if (part.system === undefined && part.sets.length === 0) return OUT
  return { result: 'in', ...(concept ? { concept } : {}), ...(listed ? { listed } : {}) }
}

/** As far as the system, listed codes and filters of a part go. */
async function ofSystem(part: Part, code: string): Promise<Membership> {
  const { opened, listed, conditions } = part
  const entry = listed && listedAs(part, code)
  if (listed && !entry) return OUT
  if (!opened) {
    // A code that is listed is in the set, whether its system is held or not.
    if (entry && conditions.length === 0) return { result: 'in', listed: entry }
    return { result: 'unknown', reason: `The code system ${part.system} is not held here` }
  }
  const { source, day } = opened
  const concept = await source.find(code, day)
  if (!concept) {
    if (source.edition.content !== 'complete') {
      if (entry && conditions.length === 0) return { result: 'in', listed: entry }
      return { result: 'unknown', reason: `Only a part of the code system ${part.system} is held here` }
    }
    // What lists a code that its system lacks has it all the same.
    if (entry && conditions.length === 0 && (await source.records(code)).length === 0) {
      return { result: 'in', listed: entry }
    }
    return { result: 'out', near: part }
  }
  if (part.untold !== undefined) return { result: 'unknown', reason: part.untold, concept }
  if (!(await meetsAll(opened, concept, conditions))) return { result: 'out', concept, near: part }
  return { result: 'in', concept, ...(entry ? { listed: entry } : {}) }
}

function listedAs({ listed, opened }: Part, code: string): ListedCode | undefined {
  const exact = listed?.get(code)
  if (exact || !listed || !opened || opened.source.edition.caseSensitive) return exact
  for (const [key, entry] of listed) if (isSame(opened, key, code)) return entry
  return undefined
}
