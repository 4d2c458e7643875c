import { beginningOf } from '../../resources/beginning.ts'
import type { ResolvedSet } from '../../resources/terminology/compose/resolved.ts'
import { allConditions, type Selection, selectionsOf } from '../../resources/terminology/compose/selection.ts'
import type { Condition } from '../../resources/terminology/concept-source.ts'
import type { Opened } from '../../resources/terminology/systems.ts'
import type { TokenTest } from '../expression.ts'
import { MOST_CODES, notHeld, tooManyCodes } from './codes.ts'

/** Records of dated codes that are read for so many codes. */
const MOST_RECORDS = 4 * MOST_CODES

/**
 * The codes that a value set has, or has had on any day: what was recorded when they held is meant as well. Throws `invalid` where
 * something of it is not known, and for too many.
 */
export async function codesOfSet(set: ResolvedSet): Promise<TokenTest[]> {
  const found: TokenTest[] = []
  const missing = (what: string) => {
    throw notHeld(what.replace(/ (?:is|are) not held here$/, ''))
  }
  for (const selection of selectionsOf(set, { missing })) {
    for (const code of await codesOf(selection)) found.push({ system: selection.system, code })
    if (found.length > MOST_CODES) throw tooManyCodes()
  }
  return found
}

/** A code with all that is below it, or above it, on any day. Throws `invalid` for a code that is none of the system. */
export async function treeOf(opened: Opened, side: 'below' | 'above', code: string): Promise<Set<string>> {
  demandWhole(opened)
  await demandCode(opened, code)
  return searched(opened, [{ op: side === 'below' ? 'is-a' : 'generalizes', code }], false)
}

async function codesOf(selection: Selection): Promise<string[]> {
  const { opened, stored, listed, conditions, checks, activeOnly } = selection
  let codes: Iterable<string>
  if (stored) codes = [...stored.values()].filter(({ concept }) => !concept.abstract).map(({ concept }) => concept.code)
  else if (listed) codes = await codesOfList(selection, listed)
  else if (opened) {
    demandWhole(opened)
    await demandCodes(opened, conditions)
    codes = await searched(opened, conditions, activeOnly)
  } else codes = []
  const kept: string[] = []
  for (const code of codes) {
    let passes = true
    for (const check of checks) passes &&= await check(code)
    if (passes) kept.push(code)
  }
  return kept
}

/** Listed codes; a code that its system does not know is in the set because it is listed. */
async function codesOfList(selection: Selection, listed: ReadonlyMap<string, unknown>): Promise<Iterable<string>> {
  const { opened, conditions, activeOnly } = selection
  if (listed.size > MOST_CODES) throw tooManyCodes()
  if (!opened || (conditions.length === 0 && !activeOnly)) return listed.keys()
  const found = await searched(opened, allConditions(selection), activeOnly)
  if (conditions.some(({ op }) => op !== 'none-of')) return found
  for (const code of listed.keys()) {
    if (found.has(code) || isExcluded(code, conditions)) continue
    if ((await opened.source.records(code)).length === 0) found.add(code)
  }
  return found
}

/** Of a code that its system does not know nothing is met but that it is listed. */
function isExcluded(code: string, conditions: readonly Condition[]): boolean {
  const excluded = conditions.flatMap((condition) => (condition.op === 'none-of' ? condition.each : []))
  return excluded.some((each) => each.every((one) => one.op === 'codes' && one.codes.includes(code)))
}

async function searched({ source, day }: Opened, conditions: readonly Condition[], activeOnly: boolean) {
  const query = { conditions, day, anyDay: true, activeOnly, offset: 0 }
  const { total } = await source.search({ ...query, count: 0 })
  if (total > MOST_RECORDS) throw tooManyCodes()
  const { concepts } = await source.search({ ...query, count: total })
  const codes = new Set(concepts.map(({ code }) => code))
  if (codes.size > MOST_CODES) throw tooManyCodes()
  return codes
}

/** Half of a code system would make a wrong answer. */
function demandWhole({ source }: Opened): void {
  const { system, content } = source.edition
  if (content !== 'complete' && content !== 'fragment') throw notHeld(`The code system ${beginningOf(system, 200)}`)
}

async function demandCodes(opened: Opened, conditions: readonly Condition[]): Promise<void> {
  for (const condition of conditions) {
    if (condition.op === 'none-of') for (const each of condition.each) await demandCodes(opened, each)
    else if ('code' in condition) await demandCode(opened, condition.code)
  }
}

async function demandCode({ source }: Opened, code: string): Promise<void> {
  if ((await source.records(code)).length > 0) return
  throw notHeld(`The code ${beginningOf(code)} of ${beginningOf(source.edition.system, 200)}`)
}
