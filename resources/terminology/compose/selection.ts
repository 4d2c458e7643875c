import { FhirError } from '../../fhir-error.ts'
import type { Condition } from '../concept-source.ts'
import { meetsAll } from '../conditions.ts'
import type { Opened } from '../systems.ts'
import { inPart, memberOf } from './member.ts'
import type { Part, ResolvedSet, StoredSet } from './resolved.ts'
import type { ListedCode } from './value-set.ts'

/** Codes of one system that are in an expansion. No code is in two selections of an expansion. */
export interface Selection {
  system: string
  version: string | undefined
  opened: Opened | undefined
  /** All are met. Where codes are listed, without them. */
  conditions: readonly Condition[]
  listed: ReadonlyMap<string, ListedCode> | undefined
  stored: StoredSet | undefined
  activeOnly: boolean
  /** What no condition can say: asked for each code. */
  checks: readonly Check[]
}

export type Check = (code: string) => Promise<boolean>

/** What an expansion does where a part of it is not held. */
export interface Lenient {
  /** Told what is left out; throws where nothing may be. */
  missing(what: string): void
}

/** The selections that a value set consists of, in the order of its includes. */
export function selectionsOf(set: ResolvedSet, lenient: Lenient): Selection[] {
  const found: Selection[] = []
  for (const selection of ofSet(set, lenient)) found.push(apart(selection, found))
  return found
}

function ofSet(set: ResolvedSet, lenient: Lenient): Selection[] {
  const own = set.stored ? ofStored(set.stored) : set.includes.flatMap((part) => ofPart(part, lenient))
  for (const { missing } of set.excludes) if (missing !== undefined) lenient.missing(missing)
  return own.map((selection) => {
    const without = set.excludes.reduce(excluding, selection)
    return set.inactive ? without : { ...without, activeOnly: true }
  })
}

function ofStored(stored: StoredSet): Selection[] {
  const bySystem = Map.groupBy(stored, ([, { system }]) => system)
  return [...bySystem].map(([system, entries]) => ({
    system,
    version: entries[0]?.[1].version,
    opened: undefined,
    conditions: [],
    listed: undefined,
    stored: new Map(entries),
    activeOnly: false,
    checks: [],
  }))
}

function ofPart(part: Part, lenient: Lenient): Selection[] {
  if (part.missing !== undefined) {
    lenient.missing(part.missing)
    return []
  }
  const { system, version, opened, listed, conditions, sets } = part
  if (system === undefined) {
    const [first, ...others] = sets
    return first ? ofSet(first, lenient).map((selection) => others.reduce(within, selection)) : []
  }
  if (!opened && !(listed && conditions.length === 0)) {
    lenient.missing(`The code system ${system} is not held here`)
    return []
  }
  const selection: Selection = {
    system,
    version,
    opened,
    conditions,
    listed,
    stored: undefined,
    activeOnly: false,
    checks: [],
  }
  return [sets.reduce(within, selection)]
}

/** What of a selection is in a set as well. */
function within(selection: Selection, set: ResolvedSet): Selection {
  const [only, ...more] = set.includes
  if (only && more.length === 0 && set.excludes.length === 0 && !set.stored && isPlain(only, selection)) {
    const activeOnly = selection.activeOnly || !set.inactive
    return { ...selection, activeOnly, conditions: [...selection.conditions, ...conditionsOf(only)] }
  }
  const check: Check = async (code) => isKnown(await memberOf(set, selection.system, code)) === 'in'
  return { ...selection, checks: [...selection.checks, check] }
}

function excluding(selection: Selection, part: Part): Selection {
  if (part.system !== undefined && part.system !== selection.system) return selection
  if (isPlain(part, selection)) {
    return { ...selection, conditions: [...selection.conditions, { op: 'none-of', each: [conditionsOf(part)] }] }
  }
  const check: Check = async (code) => isKnown(await inPart(part, selection.system, code)) !== 'in'
  return { ...selection, checks: [...selection.checks, check] }
}

/** A selection without what an earlier one has. */
function apart(selection: Selection, earlier: readonly Selection[]): Selection {
  let left = selection
  for (const other of earlier) {
    if (other.system !== left.system || other.version !== left.version) continue
    if (isPure(other) && sameSource(other.opened, left.opened)) {
      left = { ...left, conditions: [...left.conditions, { op: 'none-of', each: [allConditions(other)] }] }
    } else {
      const check: Check = async (code) => !(await inSelection(other, code))
      left = { ...left, checks: [...left.checks, check] }
    }
  }
  return left
}

async function inSelection(selection: Selection, code: string): Promise<boolean> {
  const { opened, listed, stored, conditions, activeOnly, checks } = selection
  if (stored) return stored.has(`${selection.system}|${code}`)
  if (listed && !listed.has(code)) return false
  const concept = await opened?.source.find(code, opened.day)
  if (!concept) return listed !== undefined && conditions.length === 0
  if (activeOnly && concept.inactive) return false
  if (opened && !(await meetsAll(opened, concept, conditions))) return false
  for (const check of checks) if (!(await check(code))) return false
  return true
}

/** Whether its source can carry it out alone. */
function isPure({ opened, checks, stored, activeOnly }: Selection): boolean {
  return opened !== undefined && checks.length === 0 && stored === undefined && !activeOnly
}

function isPlain(part: Part, selection: Selection): boolean {
  return (
    part.system === selection.system &&
    part.sets.length === 0 &&
    part.missing === undefined &&
    selection.stored === undefined &&
    sameSource(part.opened, selection.opened)
  )
}

function sameSource(one: Opened | undefined, other: Opened | undefined): boolean {
  return one !== undefined && one.source.key === other?.source.key && one.day === other.day
}

function conditionsOf({ listed, conditions }: Part): readonly Condition[] {
  return listed ? [{ op: 'codes', codes: [...listed.keys()] }, ...conditions] : conditions
}

/** The conditions of a selection, listed codes among them. */
export function allConditions({ listed, conditions }: Selection): readonly Condition[] {
  return listed ? [{ op: 'codes', codes: [...listed.keys()] }, ...conditions] : conditions
}

function isKnown({ result, reason }: { result: 'in' | 'out' | 'unknown'; reason?: string }): 'in' | 'out' {
  if (result !== 'unknown') return result
  throw FhirError.of('unprocessable', reason ?? 'A part of the value set is not held here', { code: 'not-found' })
}
