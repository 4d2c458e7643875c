import type { Concept } from '../../concept.ts'
import { dayBefore } from '../days.ts'
import { joined } from '../stretches.ts'
import { withEffectiveDays } from './effective.ts'
import type { TabularList } from './notes.ts'
import { propertiesOf, turningDays } from './properties.ts'
import { type Parts, recordOf } from './record.ts'
import { covers, type Days, type Tables } from './tables.ts'
import { above, nearestAbove, type Year, type YearCode } from './year-code.ts'
import { inOrder } from './years.ts'

/** All that an edition is made of. */
export interface Sources {
  /** The oldest first, without a gap; one at least. */
  years: readonly Year[]
  tables: Tables
  tabular?: TabularList
}

/** The records of every code, in the order of the official list. */
export function* histories(sources: Sources): Generator<Concept> {
  const history = new History(sources)
  for (const code of history.codes()) yield* history.records(code)
}

class History {
  private readonly sources: Sources
  private readonly first: string
  /** When there was a billable code below. */
  private readonly below: ReadonlyMap<string, Days>

  constructor(sources: Sources) {
    this.sources = sources
    this.first = sources.years[0]!.from
    this.below = daysBelow(sources.tables.billable ?? new Map())
  }

  codes(): string[] {
    const { years, tables } = this.sources
    const all = new Set(years.flatMap(({ codes }) => [...codes.keys()]))
    for (const code of tables.billable?.keys() ?? []) all.add(code)
    return inOrder(all)
  }

  records(code: string): Concept[] {
    const days = [...new Set([...this.turns(code)])].sort()
    const records: Concept[] = []
    for (const [at, from] of days.entries()) {
      const next = days[at + 1]
      const record = this.recordOn(code, from, next === undefined ? undefined : dayBefore(next))
      if (record) records.push(record)
    }
    return withEffectiveDays(joined(records))
  }

  /** The first days of all stretches in which nothing changes. */
  private turns(code: string): string[] {
    const { years, tables } = this.sources
    const below = this.below.get(code)
    const titles = tables.earlierTitles?.get(code) ?? []
    return [
      ...years.map(({ from }) => from),
      ...titles.map(({ before }) => before),
      ...turningDays(code, tables),
      ...(below ? [below.from] : []),
    ]
  }

  private recordOn(code: string, from: string, to: string | undefined): Concept | undefined {
    const year = this.sources.years.findLast((one) => one.from <= from)
    const listed = year?.codes.get(code)
    const billable = this.isBillable(code, from, listed)
    if (billable === undefined) return undefined
    const known = listed ?? this.earlier(code)
    const title = listed?.title ?? this.earlierTitle(code, from) ?? known.title
    const { short, ...place } = known
    return recordOf({
      listed: { ...place, ...(short !== undefined && title === known.title ? { short } : {}), billable, title },
      from,
      ...(to === undefined ? {} : { to }),
      notes: listed && this.notes(listed),
      properties: propertiesOf(code, from, { ...this.sources.tables, isListed: listed !== undefined }),
    })
  }

  /** Undefined when there is no such code on the day. */
  private isBillable(code: string, day: string, listed: YearCode | undefined): boolean | undefined {
    const stretches = this.sources.tables.billable?.get(code)
    if (stretches?.some((stretch) => covers(stretch, day))) return true
    if (listed) return stretches && listed.billable ? undefined : listed.billable
    if (day >= this.first) return undefined
    const below = this.below.get(code)
    return below && covers(below, day) ? false : undefined
  }

  /** What is known of a code that the day's year does not list: its place, from the year that has it, or from its letters. */
  private earlier(code: string): Omit<YearCode, 'title'> & { title?: string } {
    const { years } = this.sources
    const found = years.find(({ codes }) => codes.has(code))?.codes.get(code)
    if (found) return found
    const all = years[0]!.codes
    const parent = nearestAbove(code, (one) => all.has(one) || this.below.has(one))
    const { chapter, block } = all.get(code.slice(0, 3)) ?? {}
    return {
      code,
      billable: true,
      ...(parent === undefined ? {} : { parent }),
      ...(chapter === undefined ? {} : { chapter }),
      ...(block === undefined ? {} : { block }),
    }
  }

  private earlierTitle(code: string, day: string): string | undefined {
    return this.sources.tables.earlierTitles?.get(code)?.find(({ before }) => day < before)?.title
  }

  private notes(listed: YearCode): Parts['notes'] {
    const { tabular, years } = this.sources
    const entry = tabular?.entries.get(listed.code)
    if (!tabular || !entry) return undefined
    const of = years.find(({ version }) => version === tabular.version)?.codes.get(listed.code)
    return of === undefined || of.title === listed.title ? { entry, version: tabular.version } : undefined
  }
}

/** When there was a billable code below each header. */
function daysBelow(billable: ReadonlyMap<string, readonly Days[]>): Map<string, Days> {
  const found = new Map<string, Days>()
  for (const [code, stretches] of billable) {
    const from = stretches.reduce((least, stretch) => (stretch.from < least ? stretch.from : least), stretches[0]!.from)
    const to = stretches.some((stretch) => stretch.to === undefined)
      ? undefined
      : stretches
          .map((stretch) => stretch.to!)
          .sort()
          .at(-1)
    for (let header = above(code); header !== undefined; header = above(header)) {
      found.set(header, union(found.get(header), to === undefined ? { from } : { from, to }))
    }
  }
  return found
}

function union(one: Days | undefined, other: Days): Days {
  if (!one) return other
  const from = one.from < other.from ? one.from : other.from
  if (one.to === undefined || other.to === undefined) return { from }
  return { from, to: one.to > other.to ? one.to : other.to }
}
