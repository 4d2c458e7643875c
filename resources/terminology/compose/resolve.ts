import { type Canonicals, canonicalParts } from '../../conformance/canonicals.ts'
import { FhirError } from '../../fhir-error.ts'
import type { Meant, Resource } from '../answers.ts'
import type { Opened, Systems } from '../systems.ts'
import { implicitSet } from './implicit.ts'
import type { Part, ResolvedSet, StoredMember } from './resolved.ts'
import { untoldOf } from './untold.ts'
import { type Contained, conditionOf, type Include, type ValueSetLike } from './value-set.ts'

/** Value sets that one may be made of, and how deep they may be within each other. */
const MOST_SETS = 500
const DEEPEST = 30

/** Includes and excludes that one is made of: a set that is named twice on each of 20 levels has a million. */
const MOST_PARTS = 2000

/** How code systems without a version of their own in the value set are opened. */
export interface Pinned {
  /** The day that was asked for. */
  day: string | undefined
  /** The version that is to be used of a system; `told`: that of the value set. Throws where it must not be. */
  version(system: string, told: string | undefined): string | undefined
  /** Whether that is always what the value set tells. */
  usual?: boolean
}

/** Resolves value sets: looks up what they refer to, once each, and finds cycles. */
export class Resolving {
  private readonly canonicals: Canonicals
  private readonly systems: Systems
  private readonly pinned: Pinned
  private readonly known = new Map<string, ResolvedSet | undefined>()
  private readonly open: string[] = []

  constructor(canonicals: Canonicals, systems: Systems, pinned: Pinned) {
    this.canonicals = canonicals
    this.systems = systems
    this.pinned = pinned
  }

  /** Undefined where the value set is not held. Throws `unprocessable` for cycles, `invalid` (`too-costly`) for too many. */
  async set({ url, version, resource }: Meant): Promise<ResolvedSet | undefined> {
    if (resource) return this.resolved(resource)
    return url === undefined ? undefined : this.named(url, version)
  }

  private async named(url: string, version: string | undefined): Promise<ResolvedSet | undefined> {
    const name = version === undefined ? url : `${url}|${version}`
    if (this.known.has(name)) return this.known.get(name)
    if (this.open.includes(name)) {
      throw FhirError.of('unprocessable', `The value set ${name} includes itself: ${[...this.open, name].join(', ')}`, {
        code: 'business-rule',
      })
    }
    if (this.open.length >= DEEPEST || this.known.size >= MOST_SETS) {
      throw tooMany(this.open[0])
    }
    this.open.push(name)
    const resource = await this.resource(url, version)
    const made = resource && (await this.resolved(resource))
    this.open.pop()
    this.known.set(name, made)
    return made
  }

  private async resource(url: string, version: string | undefined): Promise<Resource | undefined> {
    const held = await this.canonicals.find('ValueSet', url, version)
    return held?.resource ?? implicitSet(url, this.systems)
  }

  private async resolved(resource: Resource): Promise<ResolvedSet> {
    const set = resource as ValueSetLike
    const { compose, expansion } = set
    const locked = compose?.lockedDate?.slice(0, 10)
    const parts = async (list: readonly Include[] | undefined, isExclude: boolean) => {
      const found: Part[] = []
      for (const one of list ?? []) found.push(await this.part(one, locked, isExclude))
      return found
    }
    const [includes, excludes] = [await parts(compose?.include, false), await parts(compose?.exclude, true)]
    const label = set.url ?? set.title ?? set.name ?? 'the value set'
    const size = partsIn([...includes, ...excludes])
    if (size > MOST_PARTS) throw tooMany(label)
    const told = expansion && isOnlyTold(includes, expansion) ? storedOf(expansion.contains ?? []) : undefined
    return {
      url: set.url,
      version: set.version,
      label,
      includes: told ? [] : includes,
      excludes: told ? [] : excludes,
      inactive: compose?.inactive !== false,
      stored: told,
      parts: size,
    }
  }

  private async part(include: Include, locked: string | undefined, isExclude: boolean): Promise<Part> {
    const { concept, filter } = include
    const { system, told } = await this.systemOf(include)
    const version = system === undefined ? undefined : this.pinned.version(system, told)
    // A date that the definition is locked to goes before that of the question.
    const day = (version === undefined ? locked : undefined) ?? this.pinned.day
    const sets: ResolvedSet[] = []
    const missing: string[] = []
    for (const canonical of include.valueSet ?? []) {
      const { url, version } = canonicalParts(canonical)
      const set = await this.named(url, version)
      if (set) sets.push(set)
      else missing.push(`The value set ${canonical} is not held here`)
    }
    const opened = system === undefined ? undefined : await this.opened(system, version, day)
    const conditions = (filter ?? []).map((one) => conditionOf(system, one))
    const untold = opened && untoldOf(opened, conditions, isExclude)
    if (untold !== undefined) missing.push(untold)
    return {
      system,
      version,
      opened,
      listed: concept?.length ? new Map(concept.map((one) => [one.code, one])) : undefined,
      conditions,
      sets,
      untold,
      missing: missing.length > 0 ? missing.join('; ') : undefined,
    }
  }

  /** Some write the version to the system, where R4 has no place for it; some systems of R4 (v2 tables by version) are written so. */
  private async systemOf({ system, version }: Include): Promise<{ system?: string; told: string | undefined }> {
    if (system === undefined) return { told: version }
    const parts = canonicalParts(system)
    if (parts.version === undefined || (await this.systems.open(system, version, undefined))) {
      return { system, told: version }
    }
    return { system: parts.url, told: version ?? parts.version }
  }

  private opened(system: string, version: string | undefined, day: string | undefined): Promise<Opened | undefined> {
    return this.systems.open(system, version, day)
  }
}

function partsIn(parts: readonly Part[]): number {
  return parts.reduce((sum, { sets }) => sets.reduce((all, set) => all + set.parts, sum + 1), 0)
}

function tooMany(label: string | undefined): FhirError {
  return FhirError.of('invalid', `The value set ${label} is made of too many others`, { code: 'too-costly' })
}

/** Whether a value set is known by the expansion that came with it alone: it says not how it is made, or of what is not held. */
function isOnlyTold(includes: readonly Part[], { offset = 0, total, contains }: Expansion): boolean {
  if (includes.length === 0) return true
  const held = includes.every(({ system, opened, listed, missing }) => {
    return missing === undefined && (system === undefined || opened || listed)
  })
  // A page of it is not the whole.
  return !held && offset === 0 && (total === undefined || total <= storedOf(contains ?? []).size)
}

type Expansion = NonNullable<ValueSetLike['expansion']>

function storedOf(contains: readonly Contained[]): Map<string, StoredMember> {
  const found = new Map<string, StoredMember>()
  const queue = [...contains]
  for (let at = 0; at < queue.length; at++) {
    const { system, version, code, display, designation, abstract, inactive, contains } = queue[at] ?? {}
    if (contains) queue.splice(at + 1, 0, ...contains)
    if (system === undefined || code === undefined) continue
    const concept = {
      code,
      display: display ?? '',
      ...(designation ? { designations: designation } : {}),
      ...(abstract ? { abstract: true as const } : {}),
      ...(inactive ? { inactive: true as const } : {}),
    }
    found.set(`${system}|${code}`, { system, version, concept })
  }
  return found
}
