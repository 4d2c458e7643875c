import { randomUUID } from 'node:crypto'
import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import type { ExpandQuestion, Resource } from '../answers.ts'
import { versionOn } from '../days.ts'
import { containsOf } from './contains.ts'
import { type Entry, MOST_TIME, Reading, tooCostly, type Wish } from './reading.ts'
import type { ResolvedSet } from './resolved.ts'
import { type Selection, selectionsOf } from './selection.ts'

/** Codes that an expansion has at the most, or a page of it. */
const MOST_CODES = 10_000

/** The last code of a page, counted from the first of the expansion, where several sources are merged by rank. */
const MOST_MERGED = 10_000

/** A ValueSet with its expansion (R4 ValueSet/$expand). Throws `invalid` (`too-costly`) and `unprocessable` for what is not held. */
export async function expansionOf(set: ResolvedSet, definition: Resource, question: ExpandQuestion): Promise<Resource> {
  const left: string[] = []
  const selections = selectionsOf(set, {
    missing: (what) => {
      if (!question.limitedExpansion) throw FhirError.of('unprocessable', what, { code: 'not-found' })
      left.push(what)
    },
  }).filter(({ system }) => !isExcluded(system, question))
  const { entries, total } = await read(selections, question)
  const contains = containsOf(entries, question, isWhole(question))
  const expansion = {
    identifier: `urn:uuid:${randomUUID()}`,
    timestamp: new Date().toISOString(),
    total,
    ...(question.offset === undefined ? {} : { offset: question.offset }),
    parameter: [...toldParameters(question), ...usedSystems(selections), ...left.map(leftOut)],
    ...(contains.length > 0 ? { contains } : {}),
  }
  return { ...described(definition, question.includeDefinition === true), expansion }
}

function isExcluded(system: string, { excludeSystems = [] }: ExpandQuestion): boolean {
  return excludeSystems.some((one) => one.split('|', 1)[0] === system)
}

/** Whether all codes are asked for, so that they can be shown as a tree. */
function isWhole({ filter, offset = 0, count, excludeNested }: ExpandQuestion): boolean {
  return !excludeNested && filter === undefined && offset === 0 && count === undefined
}

async function read(
  selections: readonly Selection[],
  question: ExpandQuestion,
): Promise<{ entries: Entry[]; total: number }> {
  const { filter, offset = 0, count } = question
  if (offset < 0 || (count ?? 0) < 0)
    throw FhirError.of('invalid', 'offset and count are not negative', { code: 'value' })
  const wish: Wish = {
    text: filter === undefined || filter.trim() === '' ? undefined : filter,
    activeOnly: question.activeOnly === true,
    selectableOnly: question.excludeNotForUI === true,
  }
  const readings = selections.map((selection) => new Reading(selection, wish))
  const [only] = readings
  if (only && readings.length === 1) return ofOne(only, offset, count)
  const totals: number[] = []
  const begun = performance.now()
  const pace = new Pace()
  for (const reading of readings) {
    if (pace.due) await pace.rest()
    // Each is found without all that came before it: many of them take long.
    if (performance.now() - begun > MOST_TIME) throw tooCostly(undefined)
    totals.push(await reading.total())
  }
  const total = totals.reduce((sum, one) => sum + one, 0)
  const wanted = Math.min(count ?? total, total)
  if (Math.min(wanted, total - offset) > MOST_CODES) throw tooCostly(total)
  const ranked = wish.text !== undefined && readings.length > 1
  return {
    entries: ranked ? await merged(readings, offset, wanted) : await inOrder(readings, totals, offset, wanted),
    total,
  }
}

/** One source is asked once. */
async function ofOne(reading: Reading, offset: number, count: number | undefined) {
  const most = count ?? Number.POSITIVE_INFINITY
  if (most > MOST_CODES) {
    const total = await reading.total()
    if (Math.min(most, total - offset) > MOST_CODES) throw tooCostly(total)
  }
  return reading.page(offset, Math.min(most, MOST_CODES))
}

async function inOrder(
  readings: readonly Reading[],
  totals: readonly number[],
  offset: number,
  count: number,
): Promise<Entry[]> {
  const found: Entry[] = []
  let skip = offset
  for (const [at, reading] of readings.entries()) {
    const total = totals[at] ?? 0
    if (skip < total && found.length < count) {
      found.push(...(await reading.page(skip, Math.min(total - skip, count - found.length))).entries)
    }
    skip = Math.max(0, skip - total)
  }
  return found
}

async function merged(readings: readonly Reading[], offset: number, count: number): Promise<Entry[]> {
  const last = offset + count
  if (last > MOST_MERGED) throw tooCostly(last)
  const found: Entry[] = []
  for (const reading of readings) found.push(...(await reading.page(0, last)).entries)
  // A stable order: of equal rank, the earlier include comes first.
  return found.sort((one, other) => one.rank - other.rank).slice(offset, last)
}

type Parameter = Record<string, unknown> & { name: string }

function toldParameters(question: ExpandQuestion): Parameter[] {
  const { filter, offset, count, day, displayLanguage } = question
  const texts = { filter, displayLanguage }
  const numbers = { offset, count }
  const { activeOnly, excludeNested, excludeNotForUI, includeDesignations, includeDefinition } = question
  const flags = { activeOnly, excludeNested, excludeNotForUI, includeDesignations, includeDefinition }
  const told = (values: Record<string, unknown>, member: string): Parameter[] =>
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, [member]: value }]))
  return [
    ...told(texts, 'valueString'),
    ...told(numbers, 'valueInteger'),
    ...told(flags, 'valueBoolean'),
    ...told({ date: day }, 'valueDateTime'),
    ...(question.excludeSystems ?? []).map((value) => ({ name: 'exclude-system', valueUri: value })),
    ...(question.systemVersions ?? []).map((value) => ({ name: 'system-version', valueUri: value })),
    ...(question.checkSystemVersions ?? []).map((value) => ({ name: 'check-system-version', valueUri: value })),
    ...(question.forceSystemVersions ?? []).map((value) => ({ name: 'force-system-version', valueUri: value })),
  ]
}

/** What code systems were used, under the name of R4's own examples and under that which became usual. */
function usedSystems(selections: readonly Selection[]): Parameter[] {
  const used = new Set<string>()
  for (const { system, version, opened } of selections) {
    const known = opened ? versionOn(opened.source.edition, opened.day) : version
    used.add(known === undefined ? system : `${system}|${known}`)
  }
  return [...used].flatMap((canonical) => [
    ...(canonical.includes('|') ? [{ name: 'version', valueUri: canonical }] : []),
    { name: 'used-codesystem', valueUri: canonical },
  ])
}

function leftOut(what: string): Parameter {
  return { name: 'limitedExpansion', valueString: what }
}

/** What a value set says of itself, without the expansion that came with it. */
function described(definition: Resource, whole: boolean): Resource {
  const { expansion: _, ...rest } = definition
  if (whole) return rest
  const { compose: __, text: ___, contained: ____, ...brief } = rest as Record<string, unknown>
  return { ...brief, resourceType: 'ValueSet', status: brief.status ?? 'active' }
}
