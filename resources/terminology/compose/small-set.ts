import type { AskedCoding, CodeVerdict } from '../../validation/question.ts'
import { namesOf } from '../displays.ts'
import { SystemSource } from '../system-source.ts'
import { Reading } from './reading.ts'
import type { ResolvedSet } from './resolved.ts'
import { type Selection, selectionsOf } from './selection.ts'

/** Codes of a set that is still small. */
const MOST = 2000

/** Whether the codes of a value set can be told without asking anyone. */
export interface SmallSet {
  /** Names by system, then by code. */
  readonly members: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
  readonly size: number
}

/**
 * A value set as a table, where it is small and all its code systems are in memory; undefined where it is not. Inactive concepts are left
 * out: there is something to be said about them.
 */
export async function smallSetOf(set: ResolvedSet): Promise<SmallSet | undefined> {
  let complete = true
  const missing = () => {
    complete = false
  }
  const selections = selectionsOf(set, { missing })
  if (!complete || !selections.every(isInMemory)) return undefined
  const members = new Map<string, Map<string, readonly string[]>>()
  let size = 0
  for (const selection of selections) {
    const reading = new Reading(selection, { text: undefined, activeOnly: true, selectableOnly: false })
    const { entries, total } = await reading.page(0, MOST)
    size += total
    if (size > MOST) return undefined
    const codes = members.get(selection.system) ?? new Map<string, readonly string[]>()
    members.set(selection.system, codes)
    for (const { concept, listed } of entries) {
      // A code that its system does not have, or a header, is to be talked about.
      if (selection.opened && !(await isUsual(selection, concept.code))) continue
      codes.set(concept.code, namesOf(concept, listed))
    }
  }
  return { members, size }
}

function isInMemory({ opened, checks }: Selection): boolean {
  return opened?.source instanceof SystemSource && checks.length === 0
}

async function isUsual({ opened }: Selection, code: string): Promise<boolean> {
  const concept = await opened?.source.find(code, opened.day)
  return concept !== undefined && concept.code === code
}

/** The verdict on codings that are all in the set, and under a name of theirs; undefined where there is more to be said. */
export function verdictIn(
  { members }: SmallSet,
  codings: readonly AskedCoding[],
  infer: boolean,
): CodeVerdict | undefined {
  for (const { system, version, code, display } of codings) {
    if (code === undefined || version !== undefined) return undefined
    const names = system === undefined ? (infer ? firstWith(members, code) : undefined) : members.get(system)?.get(code)
    if (!names || (display !== undefined && !names.includes(display))) return undefined
  }
  return codings.length === 0 ? undefined : IN
}

const IN: CodeVerdict = { result: 'in', faults: [] }

function firstWith(members: SmallSet['members'], code: string): readonly string[] | undefined {
  for (const codes of members.values()) {
    const names = codes.get(code)
    if (names) return names
  }
  return undefined
}
