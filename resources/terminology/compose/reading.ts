import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import type { Concept } from '../concept.ts'
import type { ConceptPage, ConceptQuery } from '../concept-source.ts'
import { meetsAll } from '../conditions.ts'
import { SystemSource } from '../system-source.ts'
import type { Opened } from '../systems.ts'
import { rank, ranked, textsOf, type Wanted, wantedOf } from '../words.ts'
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

type Candidate = Pick<Entry, 'concept' | 'listed'>

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

/** How long concepts may be looked at one by one, or include by include, in ms. */
export const MOST_TIME = 15_000

/** Reads the codes of a selection in pages: by its source where that can carry it out, else what was picked from all of it. */
export class Reading {
  private readonly selection: Selection
  private readonly wish: Wish
  private readonly wanted: Wanted | undefined
  private readonly begun = performance.now()
  private picked: Entry[] | undefined

  constructor(selection: Selection, wish: Wish) {
    this.selection = selection
    this.wish = wish
    this.wanted = wish.text === undefined ? undefined : wantedOf(wish.text)
  }

  async total(): Promise<number> {
    return (await this.page(0, 0)).total
  }

  /** Some of them, in the order of the source, of the list, or of the ranks; and how many there are in all. */
  async page(offset: number, count: number): Promise<{ entries: Entry[]; total: number }> {
    const { opened } = this.selection
    if (!opened || !this.isPushed) {
      const picked = await this.pick()
      return { entries: picked.slice(offset, offset + count), total: picked.length }
    }
    let last = 0
    const { concepts, total } = await this.pushed(opened, offset, count)
    const entries = concepts.map((concept) => {
      // The source has its own order, which may differ in small things.
      last = Math.max(last, this.rankOf(concept))
      return { selection: this.selection, concept, listed: undefined, rank: last }
    })
    return { entries, total }
  }

  /** In parts, for others to be let through between them; what is ranked is found as a whole. */
  private async pushed({ source, day }: Opened, offset: number, count: number): Promise<ConceptPage> {
    const { text } = this.wish
    const isAtOnce = text !== undefined || count <= PAGE || source instanceof SystemSource
    if (isAtOnce) return source.search(this.query(day, offset, count, text))
    const concepts: Concept[] = []
    const pace = new Pace()
    for (;;) {
      const most = Math.min(PAGE, count - concepts.length)
      const page = await source.search(this.query(day, offset + concepts.length, most, text))
      concepts.push(...page.concepts)
      if (page.concepts.length < most || concepts.length >= count) return { concepts, total: page.total }
      if (pace.due) await this.rest(pace)
    }
  }

  private get isPushed(): boolean {
    const { opened, checks, listed, stored } = this.selection
    return opened !== undefined && checks.length === 0 && stored === undefined && (listed?.size ?? 0) === 0
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
    this.picked ??= await this.pickNow()
    return this.picked
  }

  private async pickNow(): Promise<Entry[]> {
    const pace = new Pace()
    const found: Candidate[] = []
    for (const one of await this.candidates()) {
      if (pace.due) await this.rest(pace)
      if (this.isWished(one.concept) && (await this.passes(one.concept.code))) found.push(one)
    }
    const { selection, wanted } = this
    if (!wanted || wanted.code === '') return found.map((one) => ({ ...one, selection, rank: 0 }))
    const best = ranked(found, wanted, ({ concept, listed }) => textsOf(concept, listed?.display))
    return best.map(({ item, rank }) => ({ ...item, selection, rank }))
  }

  /** Lets others work. Throws `invalid` (`too-costly`) when it all takes too long. */
  private async rest(pace: Pace): Promise<void> {
    await pace.rest()
    if (performance.now() - this.begun > MOST_TIME) throw tooCostly(undefined)
  }

  private async candidates(): Promise<Candidate[]> {
    const { stored, listed } = this.selection
    if (stored) return [...stored.values()].map(({ concept }) => ({ concept, listed: undefined }))
    return listed ? this.fromList(listed) : this.fromSource()
  }

  /** Listed codes in the order of the list, those that the system does not have on the day left out. */
  private async fromList(listed: ReadonlyMap<string, ListedCode>): Promise<Candidate[]> {
    const { opened, conditions } = this.selection
    if (listed.size > MOST_LISTED && opened) return this.fromSource()
    const found: Candidate[] = []
    const pace = new Pace()
    for (const one of listed.values()) {
      if (pace.due) await this.rest(pace)
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

  private async fromSource(): Promise<Candidate[]> {
    const { opened, listed } = this.selection
    if (!opened) return []
    const found: Candidate[] = []
    for (let offset = 0; ; offset += PAGE) {
      const { concepts, total } = await opened.source.search(this.query(opened.day, offset, PAGE, this.wish.text))
      if (total > MOST_LOOKED_AT) throw tooCostly(total)
      found.push(...concepts.map((concept) => ({ concept, listed: listed?.get(concept.code) })))
      if (offset + PAGE >= total || concepts.length === 0) return found
    }
  }

  private rankOf(concept: Concept): number {
    const { wanted } = this
    if (!wanted || wanted.code === '') return 0
    const texts = textsOf(concept)
    return rank(texts, wanted, false) ?? rank(texts, wanted, true) ?? 0
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
export function tooCostly(total: number | undefined): FhirError {
  const size = total === undefined ? '' : ` (${total} codes)`
  const text = `The expansion is too large${size}: ask for pages by count and offset, or for less by filter`
  return FhirError.of('invalid', text, { code: 'too-costly' })
}
