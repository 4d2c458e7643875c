import type { Concept } from '../concept.ts'
import type { Condition } from '../concept-source.ts'
import type { Opened } from '../systems.ts'
import type { ListedCode } from './value-set.ts'

/** A value set with all that it is made of: code systems opened, other value sets resolved. */
export interface ResolvedSet {
  url: string | undefined
  version: string | undefined
  /** What people know it by: for messages. */
  label: string
  includes: readonly Part[]
  excludes: readonly Part[]
  /** False: concepts that are inactive are not in it. */
  inactive: boolean
  /** The members of an expansion that came with it, where there is nothing else. */
  stored: StoredSet | undefined
  /** Includes and excludes of it and of the sets within it, each as often as it is gone through. */
  parts: number
}

/** An include or exclude. A code is in it where all that is said here is met. */
export interface Part {
  /** Undefined where it consists of value sets alone. */
  system: string | undefined
  version: string | undefined
  /** Undefined where the system is not held. */
  opened: Opened | undefined
  /** By code as it is listed. */
  listed: ReadonlyMap<string, ListedCode> | undefined
  conditions: readonly Condition[]
  sets: readonly ResolvedSet[]
  /** What its filters ask for and its code system does not tell, for people. */
  untold: string | undefined
  /** What is not held of it (a value set, or what is untold), for people. */
  missing: string | undefined
}

/** One member of a stored expansion. */
export interface StoredMember {
  system: string
  version: string | undefined
  concept: Concept
}

/** Members by `system|code`, in their order. */
export type StoredSet = ReadonlyMap<string, StoredMember>

/** All code systems that codes of a set may be of, once each, in the order they are named. */
export function systemsOf(set: ResolvedSet, found: Set<string> = new Set()): ReadonlySet<string> {
  for (const { system } of set.stored?.values() ?? []) found.add(system)
  for (const part of set.includes) {
    if (part.system !== undefined) found.add(part.system)
    else for (const one of part.sets) systemsOf(one, found)
  }
  return found
}

/** What is not held of what a set includes, for people: codes that nobody knows may be in it. */
export function missingOf(set: ResolvedSet): string | undefined {
  for (const { missing, sets } of set.includes) {
    const found = missing ?? sets.map(missingOf).find((one) => one !== undefined)
    if (found !== undefined) return found
  }
  return undefined
}
