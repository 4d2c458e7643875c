import { beginningOf } from '../../beginning.ts'
import { FhirError } from '../../fhir-error.ts'
import type { Concept } from '../../terminology/concept.ts'
import type { Edition } from '../../terminology/concept-source.ts'
import { walkOf } from './hierarchy.ts'
import { CodeLinks } from './links.ts'
import { bytesOf, encodeNode } from './node.ts'
import { encodePart } from './ordinals.ts'
import { FIELD, PostingsOfPart, partOf } from './postings.ts'
import { type PropertyKinds, RecordPacker } from './record.ts'
import {
  nodeKey,
  PART,
  postingKey,
  recordKey,
  type ShelfEntry,
  type ShelfWriter,
  vocabularyKey,
  WALK_PART,
  walkKey,
} from './shelf.ts'
import { bareCode } from './words.ts'

/** What is known of an index as a whole. */
export interface IndexHead {
  edition: Edition
  /** Records. */
  size: number
  kinds: PropertyKinds
  /** Whether records have days. */
  dated: boolean
  /** Whether the hierarchy is another one on other days. */
  shifting: boolean
  vocabularyParts: number
}

/** Records of one edition at the most. */
const MOST_RECORDS = 8_000_000

/** Entries written at once. */
const BATCH = 2_000

/** Words in one part of the vocabulary. */
const VOCABULARY_PART = 4_000

/** How an edition compares codes: without case where it says so. */
export function codeKeyOf({ caseSensitive }: Pick<Edition, 'caseSensitive'>): (code: string) => string {
  return caseSensitive ? (code) => code : (code) => code.toLowerCase()
}

/** Makes the index of an edition while its concepts come. */
export class ConceptIndexWriter {
  private readonly edition: Edition
  private readonly shelf: ShelfWriter
  private readonly packer = new RecordPacker()
  private readonly links: CodeLinks
  private readonly vocabulary = new Set<string>()
  private postings = new PostingsOfPart()
  private dated = false

  constructor(edition: Edition, shelf: ShelfWriter) {
    this.edition = edition
    this.shelf = shelf
    this.links = new CodeLinks(codeKeyOf(edition))
  }

  /** Concepts in the order in which they are listed. */
  async add(concepts: readonly Concept[]): Promise<void> {
    let entries: ShelfEntry[] = []
    for (const concept of concepts) {
      const ordinal = this.links.size
      if (ordinal >= MOST_RECORDS) throw this.refused(`has more than ${MOST_RECORDS} records`)
      this.links.add(concept)
      this.postings.add(partOf(ordinal).at, concept, this.vocabulary)
      this.dated ||= concept.from !== undefined || concept.to !== undefined
      entries.push([recordKey(ordinal), this.packer.pack(concept)])
      if (partOf(ordinal).at === PART - 1) await this.endPart(partOf(ordinal).part)
      if (entries.length >= BATCH) {
        await this.shelf.put(entries)
        entries = []
      }
    }
    if (entries.length > 0) await this.shelf.put(entries)
  }

  /** Writes what can be known when all concepts are there. Throws `unprocessable` when they are not one edition. */
  async finish(): Promise<IndexHead> {
    const { links, edition, packer, dated, vocabulary } = this
    if (partOf(links.size).at > 0) await this.endPart(partOf(links.size).part)
    const twice = links.sort()
    if (twice !== undefined) throw this.refused(`has the code ${beginningOf(twice)} twice on the same day`)
    await this.putAll(this.nodes())
    await this.putAll(vocabularyEntries(vocabulary))
    return {
      edition,
      size: links.size,
      kinds: packer.kinds,
      dated,
      shifting: links.shifting(),
      vocabularyParts: Math.ceil(vocabulary.size / VOCABULARY_PART),
    }
  }

  /** Nodes, the walk through them, and which concepts have children. */
  private *nodes(): Generator<ShelfEntry> {
    const { codes, records, size } = this.links
    const walk = walkOf({ records: records.map((own) => own.length), parents: this.links.parentsOf() })
    if ('circle' in walk)
      throw this.refused(`has a circle in its hierarchy, at or above ${beginningOf(codes[walk.circle]!)}`)
    const children = this.links.children()
    const arranged = new Uint32Array(size)
    const parents: number[] = []
    for (const [number, own] of records.entries()) {
      const below = children[number]!
      const [place, end] = [walk.place[number]!, walk.end[number]!]
      arranged.set(own, place)
      if (below.length > 0) parents.push(...own)
      const node = { place, end, records: own, more: walk.more.get(number) ?? [], children: below }
      yield [nodeKey(bareCode(codes[number]!), codes[number]!), encodeNode(node)]
    }
    for (let at = 0; at < size; at += WALK_PART) {
      yield [walkKey(at / WALK_PART), bytesOf(arranged.subarray(at, at + WALK_PART))]
    }
    yield* postingEntries(FIELD.has, 'child', parents)
  }

  private async endPart(part: number): Promise<void> {
    const { postings } = this
    this.postings = new PostingsOfPart()
    await this.putAll(postings.entries(part))
  }

  private async putAll(entries: Iterable<ShelfEntry>): Promise<void> {
    let batch: ShelfEntry[] = []
    for (const entry of entries) {
      batch.push(entry)
      if (batch.length < BATCH) continue
      await this.shelf.put(batch)
      batch = []
    }
    if (batch.length > 0) await this.shelf.put(batch)
  }

  private refused(what: string): FhirError {
    return FhirError.of('unprocessable', `The code system ${beginningOf(this.edition.system, 200)} ${what}.`)
  }
}

function* vocabularyEntries(vocabulary: Set<string>): Generator<ShelfEntry> {
  const words = [...vocabulary].sort()
  for (let at = 0; at < words.length; at += VOCABULARY_PART) {
    yield [vocabularyKey(at / VOCABULARY_PART), Buffer.from(words.slice(at, at + VOCABULARY_PART).join('\n'))]
  }
}

/** A posting of ordinals in whatever order. */
function* postingEntries(field: string, value: string, ordinals: readonly number[]): Generator<ShelfEntry> {
  const parts = new Map<number, number[]>()
  for (const ordinal of [...ordinals].sort((one, other) => one - other)) {
    const { part, at } = partOf(ordinal)
    const list = parts.get(part)
    if (list) list.push(at)
    else parts.set(part, [at])
  }
  for (const [part, list] of parts) yield [postingKey(field, value, part), encodePart(list)]
}
