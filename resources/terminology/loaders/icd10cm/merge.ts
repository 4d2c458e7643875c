import type { Concept } from '../../concept.ts'
import { dayBefore } from '../days.ts'
import { before, joined } from '../stretches.ts'
import { isBillable, withEffectiveDays, withoutEffectiveDays } from './effective.ts'
import { inRank } from './known-properties.ts'
import { orderKey } from './year-code.ts'

/** What new years tell. */
export interface News {
  /** Names of properties of which they say all that there is to say. */
  told: ReadonlySet<string>
  /** Whether chapters and blocks are among them: what is abstract. */
  hasTree: boolean
}

/** Records of one code. */
interface Group {
  code: string
  records: Concept[]
}

/**
 * An edition with new years in it: up to the day before `day` as it was, from then on as `fresh` says. A code that is listed
 * as it was goes on with what was known of it, as far as `news` do not tell that anew; one that is not listed any more ends.
 * Both must be in the order of the official list.
 */
export async function* merged(
  held: AsyncIterable<Concept>,
  fresh: Iterable<Concept>,
  day: string,
  news: News,
): AsyncGenerator<Concept> {
  const merger = new Merger(day, news)
  const groups = grouped(fresh)
  let next = groups.next()
  for await (const group of groupedStream(held)) {
    while (!next.done && orderKey(next.value.code) < orderKey(group.code)) {
      yield* merger.records([], next.value.records)
      next = groups.next()
    }
    const isSame = !next.done && next.value.code === group.code
    yield* merger.records(group.records, isSame ? next.value!.records : [])
    if (isSame) next = groups.next()
  }
  for (; !next.done; next = groups.next()) yield* merger.records([], next.value.records)
}

class Merger {
  private readonly day: string
  private readonly told: ReadonlySet<string>
  private readonly hasTree: boolean
  /** Of the category whose codes are at hand. */
  private category: Concept | undefined

  constructor(day: string, { told, hasTree }: News) {
    this.day = day
    this.told = told
    this.hasTree = hasTree
  }

  records(held: readonly Concept[], fresh: readonly Concept[]): Concept[] {
    const isTree = (held[0] ?? fresh[0])?.abstract === true
    if (isTree && !this.hasTree) return [...held]
    const kept = before(held.map(withoutEffectiveDays), this.day)
    const last = kept.at(-1)
    const previous = last?.to === dayBefore(this.day) ? last : undefined
    const continued = fresh.map((record) => this.continued(withoutEffectiveDays(record), previous))
    const all = isTree ? joined([...kept, ...continued]) : withEffectiveDays(joined([...kept, ...continued]))
    if (all[0]?.code.length === 3) this.category = all.at(-1)
    return all
  }

  private continued(record: Concept, previous: Concept | undefined): Concept {
    const from = record.from === undefined || record.from < this.day ? this.day : record.from
    const same = previous && isListedAs(record, previous) ? previous : undefined
    const placed = this.placed(record, previous)
    if (!same) return { ...placed, from }
    const properties = (same.properties ?? []).filter(({ code }) => !this.told.has(code))
    const designations = this.designations(record, same)
    return {
      ...placed,
      properties: inRank([...(placed.properties ?? []), ...properties]),
      ...(designations.length > 0 ? { designations } : {}),
      from,
    }
  }

  /** Chapter, block and parent, which order files do not tell, as they were; of a new code as those of its category. */
  private placed(record: Concept, previous: Concept | undefined): Concept {
    const model = previous ?? (this.category?.code === record.code.slice(0, 3) ? this.category : undefined)
    const known = record.properties ?? []
    const place = (model?.properties ?? []).filter(
      ({ code }) => (code === 'chapter' || code === 'block') && !known.some((one) => one.code === code),
    )
    const parents = record.parents ?? previous?.parents
    return { ...record, properties: inRank([...known, ...place]), ...(parents ? { parents } : {}) }
  }

  private designations(record: Concept, same: Concept) {
    const own = record.designations ?? []
    const has = (use: string) => own.some((one) => one.use?.code === use)
    const kept = (same.designations ?? []).filter(({ use }) =>
      use?.code === 'inclusion-term' ? !this.hasTree : !has(use?.code ?? ''),
    )
    return [...own, ...kept].toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}

/** Whether a code is listed as it was: title, place, and whether it is billable. */
function isListedAs(record: Concept, previous: Concept): boolean {
  const isPlaced = record.parents === undefined || record.parents[0] === previous.parents?.[0]
  return record.display === previous.display && isBillable(record) === isBillable(previous) && isPlaced
}

function rankOf({ use }: { use?: { code: string } }): number {
  return use?.code === 'short-title' ? 0 : 1
}

function* grouped(records: Iterable<Concept>): Generator<Group> {
  let group: Group | undefined
  for (const record of records) {
    if (group?.code === record.code) group.records.push(record)
    else {
      if (group) yield group
      group = { code: record.code, records: [record] }
    }
  }
  if (group) yield group
}

async function* groupedStream(records: AsyncIterable<Concept>): AsyncGenerator<Group> {
  let group: Group | undefined
  for await (const record of records) {
    if (group?.code === record.code) group.records.push(record)
    else {
      if (group) yield group
      if (group && orderKey(group.code) > orderKey(record.code))
        throw new Error('The edition that is held was not made by this command; remove it, and load all years.')
      group = { code: record.code, records: [record] }
    }
  }
  if (group) yield group
}
