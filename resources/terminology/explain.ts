import { beginningOf } from '../beginning.ts'
import type { Concept } from './concept.ts'
import { flagOf } from './properties.ts'
import type { Opened } from './systems.ts'

/** Billable codes that a message names at the most. */
const MOST_NAMED = 10

/** How far below a header billable codes are looked for, and among how many. */
const DEEPEST = 4
const MOST_LOOKED_AT = 200

/**
 * Why a code is no (billable) code of its system on a day: `I42.0 is a header since 2026-10-01, billable until 2026-09-30; use …`.
 * Undefined where nothing is wrong with it, as far as its system can tell. `known`: its record
 * of the day, where it is known already.
 */
export async function whyNot(opened: Opened, code: string, known?: Concept): Promise<string | undefined> {
  const { source, day } = opened
  const concept = known ?? (await source.find(code, day))
  if (!concept) return whyNone(source.edition.system, await source.records(code), code, day)
  if (flagOf(concept, 'billable') !== false) return undefined
  return [await headerSince(opened, concept), await useInstead(opened, concept)].filter(Boolean).join('; ')
}

/** That a code is none of the system on the day, with its days where it has others. */
function whyNone(system: string, records: readonly Concept[], code: string, day: string): string {
  const shown = beginningOf(code)
  const [first] = records
  const last = records.at(-1)
  if (!first || !last) return `${system || 'The code system'} has no code '${shown}'`
  if (first.from !== undefined && day < first.from) return `${shown} is valid from ${first.from} on, not on ${day}`
  if (last.to !== undefined && last.to < day) return `${shown} was valid until ${last.to}, not on ${day}`
  const next = records.find(({ from }) => from !== undefined && day < from)
  return `${shown} was not valid on ${day}${next ? `; it is again from ${next.from} on` : ''}`
}

async function headerSince({ source, day }: Opened, { code, from }: Concept): Promise<string> {
  const records = await source.records(code)
  const billable = records.filter((record) => flagOf(record, 'billable') === true)
  const before = billable.findLast(({ to }) => to !== undefined && to < day)
  if (before) return `${code} is a header since ${from ?? before.to}, billable until ${before.to}`
  const after = billable.find((record) => record.from !== undefined && day < record.from)
  if (after) return `${code} is a header, billable from ${after.from} on`
  return `${code} is a header: not billable`
}

async function useInstead(opened: Opened, { code }: Concept): Promise<string | undefined> {
  const { codes, more } = await billableBelow(opened, code, MOST_NAMED)
  if (codes.length === 0) return undefined
  return `use ${codes.map((one) => one.code).join(', ')}${more ? ' …' : ''}`
}

/** The first billable codes below a header, in the order of the tree; `more`: whether there may be further ones. */
export async function billableBelow(
  { source, day }: Opened,
  code: string,
  most: number,
): Promise<{ codes: Concept[]; more: boolean }> {
  const codes: Concept[] = []
  let looked = 0
  const visit = async (header: string, depth: number): Promise<boolean> => {
    if (depth > DEEPEST) return true
    let more = false
    for (const child of await source.children(header, day)) {
      if (codes.length >= most || ++looked > MOST_LOOKED_AT) return true
      if (flagOf(child, 'billable') === true) codes.push(child)
      else if (flagOf(child, 'billable') === false) more = (await visit(child.code, depth + 1)) || more
    }
    return more
  }
  const more = await visit(code, 1)
  return { codes, more }
}
