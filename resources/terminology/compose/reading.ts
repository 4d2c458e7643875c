import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import type { Concept } from '../concept.ts'
import type { ConceptQuery } from '../concept-source.ts'
import { meetsAll } from '../conditions.ts'
import { rank, textsOf, type Wanted, wantedOf } from '../words.ts'
import { allConditions, type Selection } from './selection.ts'
import type { ListedCode } from './value-set.ts'

/** One code of an expansion. */
export interface Entry {
  selection: Selection
  concept: Concept
  listed: ListedCode | undefined
  /** Less is better; 0 where nothing is looked for. */
  rank: number
}

/** What is wanted of each selection. */
export interface Wish {
  text: string | undefined
  activeOnly: boolean
  selectableOnly: boolean
}

/** Listed codes up to here are read one by one, to be found by the names that the value set gives them. */
const MOST_LISTED = 5000

/** Concepts that are looked at one by one for one expansion. */
const MOST_LOOKED_AT = 50_000

const PAGE = 1000

/** Reads the codes of a selection in pages: by its source where that can carry it out, else what was picked from all of it. */
export class Reading {
  private readonly selection: Selection
  private readonly wish: Wish
  private readonly wanted: Wanted | undefined
  private picked: Entry[] | undefined

  constructor(selection: Selection, wish: Wish) {
    this.selection = selection
    this.wish = wish
    this.wanted = wish.text === undefined ? undefined : wantedOf(wish.text)
  }

  async total(): Promise<number> {
    if (this.isPushed) return (await this.search(0, 0)).total
    return (await this.pick()).length
  }

  /** In the order of the source, of the list, or of the ranks. */
  async page(offset: number, count: number): Promise<Entry[]> {
    if (count === 0) return []
    if (!this.isPushed) return (await this.pick()).slice(offset, offset + count)
    let last = 0
    const { concepts } = await this.search(offset, count)
    return concepts.map((concept) => {
      // The source has its own order, which may differ in small things.
      last = Math.max(last, this.rankOf(concept, undefined) ?? last)
      return { selection: this.selection, concept, listed: this.selection.listed?.get(concept.code), rank: last }
    })
  }

  private get isPushed(): boolean {
    const { opened, checks, listed, stored } = this.selection
    return opened !== undefined && checks.length === 0 && stored === undefined && (listed?.size ?? 0) === 0
  }

  private search(offset: number, count: number) {
    const { opened } = this.selection
    if (!opened) throw new Error('A selection without a source is not searched')
    return opened.source.search(this.query(opened.day, offset, count, this.wish.text))
  }

  private query(day: string, offset: number, count: number, text: string | undefined): ConceptQuery {
    return {
      ...(text === undefined ? {} : { text }),
      conditions: allConditions(this.selection),
      day,
      activeOnly: this.wish.activeOnly || this.selection.activeOnly,
      selectableOnly: this.wish.selectableOnly,
      offset,
      count,
    }
  }

  private async pick(): Promise<Entry[]> {
    if (this.picked) return this.picked
    const { stored, listed } = this.selection
    const candidates = stored
      ? [...stored.values()].map(({ concept }) => ({ concept, listed: undefined }))
      : listed
        ? await this.fromList(listed)
        : await this.fromSource()
    const pace = new Pace()
    const found: Entry[] = []
    for (const one of candidates) {
      if (pace.due) await pace.rest()
      const rank = this.rankOf(one.concept, one.listed)
      if (rank === undefined || !this.isWished(one.concept) || !(await this.passes(one.concept.code))) continue
      found.push({ ...one, selection: this.selection, rank })
    }
    if (this.wanted) found.sort((one, other) => one.rank - other.rank)
    this.picked = found
    return found
  }

  /** Listed codes in the order of the list, those that the system does not have on the day left out. */
  private async fromList(listed: ReadonlyMap<string, ListedCode>): Promise<Pick<Entry, 'concept' | 'listed'>[]> {
    const { opened, conditions } = this.selection
    if (listed.size > MOST_LISTED && opened) return this.fromSource()
    const found: Pick<Entry, 'concept' | 'listed'>[] = []
    for (const one of listed.values()) {
      const concept = opened && (await opened.source.find(one.code, opened.day))
      if (concept ? await meetsAll(opened, concept, conditions) : await this.isLoose(one.code)) {
        found.push({ concept: concept ?? { code: one.code, display: one.display ?? '' }, listed: one })
      }
    }
    return found
  }

  /** A code that its system does not know at all is in the set because it is listed. */
  private async isLoose(code: string): Promise<boolean> {
    const { opened, conditions } = this.selection
    if (conditions.some(({ op }) => op !== 'none-of')) return false
    return opened === undefined || (await opened.source.records(code)).length === 0
  }

  private async fromSource(): Promise<Pick<Entry, 'concept' | 'listed'>[]> {
    const { opened, listed } = this.selection
    if (!opened) return []
    const found: Pick<Entry, 'concept' | 'listed'>[] = []
    for (let offset = 0; ; offset += PAGE) {
      const { concepts, total } = await opened.source.search(this.query(opened.day, offset, PAGE, this.wish.text))
      if (total > MOST_LOOKED_AT) throw tooCostly(total)
      found.push(...concepts.map((concept) => ({ concept, listed: listed?.get(concept.code) })))
      if (offset + PAGE >= total || concepts.length === 0) return found
    }
  }

  private rankOf(concept: Concept, listed: ListedCode | undefined): number | undefined {
    if (!this.wanted || this.wanted.code === '') return 0
    return rank(textsOf(concept, listed?.display), this.wanted)
  }

  private isWished({ inactive, abstract }: Concept): boolean {
    const { activeOnly, selectableOnly } = this.wish
    return !(inactive && (activeOnly || this.selection.activeOnly)) && !(abstract && selectableOnly)
  }

  private async passes(code: string): Promise<boolean> {
    for (const check of this.selection.checks) if (!(await check(code))) return false
    return true
  }
}

/** R4 $expand: the expansion is too large. */
export function tooCostly(total: number): FhirError {
  const text = `The expansion is too large (${total} codes): ask for pages by count and offset, or for less by filter`
  return FhirError.of('invalid', text, { code: 'too-costly' })
}
