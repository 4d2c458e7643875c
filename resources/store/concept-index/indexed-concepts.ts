import { FhirError } from '../../fhir-error.ts'
import { type Concept, holdsOn } from '../../terminology/concept.ts'
import type { ConceptPage, ConceptQuery, ConceptSource, Edition } from '../../terminology/concept-source.ts'
import { Below } from './below.ts'
import { Conditions } from './conditions.ts'
import { Ordinals } from './ordinals.ts'
import { daysOf, FIELD } from './postings.ts'
import { Ranked } from './ranked.ts'
import { IndexReader } from './reader.ts'
import type { Shelf } from './shelf.ts'
import type { IndexHead } from './writer.ts'

/** Characters of a text that is searched for at the most. */
const LONGEST_TEXT = 500

/** The concepts of an edition by its index. */
export class IndexedConcepts implements ConceptSource {
  readonly edition: Edition
  readonly key: string
  private readonly reader: IndexReader
  private readonly below: Below
  private readonly conditions: Conditions
  private readonly ranked: Ranked

  constructor(shelf: Shelf, head: IndexHead, key: string) {
    this.edition = head.edition
    this.key = key
    this.reader = new IndexReader(shelf, head)
    this.below = new Below(this.reader)
    this.conditions = new Conditions(this.reader, this.below)
    this.ranked = new Ranked(this.reader)
  }

  find(code: string, day: string): Promise<Concept | undefined> {
    return this.below.record(code, day)
  }

  async records(code: string): Promise<Concept[]> {
    const node = await this.reader.node(code)
    return node ? this.reader.records(node.records) : []
  }

  async children(code: string, day: string): Promise<Concept[]> {
    const node = await this.reader.node(code)
    if (!node) return []
    const records = await this.reader.records(node.children)
    return records.filter((record) => holdsOn(record, day))
  }

  isBelow(code: string, ancestor: string, day: string): Promise<boolean> {
    return this.below.isBelow(code, ancestor, day)
  }

  async search(query: ConceptQuery): Promise<ConceptPage> {
    const { text = '', conditions, day, anyDay, activeOnly, selectableOnly, offset, count } = query
    if (text.length > LONGEST_TEXT) {
      const words = `A text to search for has more than ${LONGEST_TEXT} characters.`
      throw FhirError.of('invalid', words, { code: 'too-costly' })
    }
    const among = await this.conditions.all(conditions, anyDay ? undefined : day)
    if (this.reader.head.dated && !anyDay) among.and(await this.holding(day))
    if (activeOnly) among.minus(await this.reader.posting(FIELD.flag, 'inactive'))
    if (selectableOnly) among.minus(await this.reader.posting(FIELD.flag, 'abstract'))
    if (text.trim() === '') {
      return { concepts: await this.reader.records(among.page(offset, count)), total: among.count }
    }
    const { ordinals, total } = await this.ranked.find(text, among, offset, count)
    return { concepts: await this.reader.records(ordinals), total }
  }

  async *all(): AsyncIterable<Concept> {
    for await (const concepts of this.reader.allRecords()) yield* concepts
  }

  /** Records that hold on a day. */
  private holding(day: string): Promise<Ordinals> {
    const { reader } = this
    return reader.keep(`day ${day}`, async () => {
      const other = new Ordinals(reader.size)
      for await (const postings of reader.postingsBeginning(FIELD.days, '')) {
        for (const { value, part, bytes } of postings) {
          const { from, to } = daysOf(value)
          if (from > day || (to !== '' && to < day)) other.addPart(part, bytes)
        }
      }
      return Ordinals.all(reader.size).minus(other)
    })
  }
}
