import type { Concept } from '../../terminology/concept.ts'
import { Recent } from '../../terminology/recent.ts'
import { type ConceptNode, decodeNode, numbersOf } from './node.ts'
import { Ordinals } from './ordinals.ts'
import { CODE_BEGINNING, FIELD, WORD_BEGINNING } from './postings.ts'
import { unpack } from './record.ts'
import {
  BEHIND,
  codeOfNode,
  nodeKey,
  PART,
  postingKey,
  postingOf,
  recordKey,
  type Shelf,
  type ShelfEntry,
  vocabularyKey,
  WALK_PART,
  walkKey,
} from './shelf.ts'
import { bareCode } from './words.ts'
import { codeKeyOf, type IndexHead } from './writer.ts'

/** Entries read at once. */
const BATCH = 1_000

/** Bytes of sets that an index keeps in memory. */
const MOST_KEPT = 4 * 1024 * 1024

/** A node with the key of its code. */
export interface FoundNode extends ConceptNode {
  code: string
}

/** Reads an index: nodes, records and sets. Sets that it gives may be kept, and are not to be changed. */
export class IndexReader {
  readonly head: IndexHead
  private readonly shelf: Shelf
  private readonly keyOf: (code: string) => string
  private readonly kept = new Recent<Ordinals>(MOST_KEPT)
  private words: Promise<string[]> | undefined

  constructor(shelf: Shelf, head: IndexHead) {
    this.shelf = shelf
    this.head = head
    this.keyOf = codeKeyOf(head.edition)
  }

  get size(): number {
    return this.head.size
  }

  /** A code as the edition compares it. */
  codeKey(code: string): string {
    return this.keyOf(code)
  }

  /** Nodes by their codes; undefined for what is no code of the edition. */
  async nodes(codes: readonly string[]): Promise<(ConceptNode | undefined)[]> {
    const keys = codes.map((code) => nodeKey(bareCode(this.keyOf(code)), this.keyOf(code)))
    return (await this.getAll(keys)).map((bytes) => bytes && decodeNode(bytes))
  }

  async node(code: string): Promise<ConceptNode | undefined> {
    return (await this.nodes([code]))[0]
  }

  /** Nodes of which the bare code begins so, in parts; all nodes for an empty one. */
  async *nodesBeginning(bare: string): AsyncGenerator<FoundNode[]> {
    for await (const part of this.ranges(`n${bare}`, `n${bare}${BEHIND}`)) {
      yield part.map(([key, bytes]) => ({ ...decodeNode(bytes), code: codeOfNode(key) }))
    }
  }

  /** Records by their ordinals, in the order in which these are given. */
  async records(ordinals: readonly number[]): Promise<Concept[]> {
    const found = await this.getAll(ordinals.map(recordKey))
    return found.map((bytes) => unpack(bytes!, this.head.kinds))
  }

  /** All records in their order, in parts. */
  async *allRecords(): AsyncGenerator<Concept[]> {
    for await (const part of this.ranges('r', `r${BEHIND}`)) {
      yield part.map(([, bytes]) => unpack(bytes, this.head.kinds))
    }
  }

  /** Those with a value in a field. */
  posting(field: string, value: string): Promise<Ordinals> {
    return this.keep(`${field}\t${value}`, async () => {
      const parts = Array.from({ length: Math.ceil(this.size / PART) }, (_, part) => postingKey(field, value, part))
      const set = new Ordinals(this.size)
      for (const [part, bytes] of (await this.getAll(parts)).entries()) if (bytes) set.addPart(part, bytes)
      return set
    })
  }

  /** Values of a field that begin so, each with a part of those that have it, in the order of values. */
  async *postingsBeginning(
    field: string,
    beginning: string,
  ): AsyncGenerator<{ value: string; part: number; bytes: Uint8Array }[]> {
    const start = `p${field}\t${beginning}`
    for await (const entries of this.ranges(start, `${start}${BEHIND}`)) {
      yield entries.map(([key, bytes]) => ({ ...postingOf(key), bytes }))
    }
  }

  /** Those that have a value in a field that begins so. */
  private unionBeginning(field: string, beginning: string): Promise<Ordinals> {
    return this.keep(`${field}\t${beginning}*`, async () => {
      const set = new Ordinals(this.size)
      for await (const part of this.postingsBeginning(field, beginning)) {
        for (const one of part) set.addPart(one.part, one.bytes)
      }
      return set
    })
  }

  /** Those with a word of the display (or of another name) that begins so. */
  wordBeginning(word: string, other: boolean): Promise<Ordinals> {
    if (word.length <= WORD_BEGINNING && word.isWellFormed()) {
      return this.posting(other ? FIELD.otherBeginning : FIELD.wordBeginning, word)
    }
    return this.unionBeginning(other ? FIELD.otherWord : FIELD.word, word)
  }

  /** Those of which the bare code begins so; none for an empty one. */
  async codeBeginning(bare: string): Promise<Ordinals> {
    if (bare === '') return new Ordinals(this.size)
    if (bare.length <= CODE_BEGINNING) return this.posting(FIELD.codeBeginning, bare)
    return this.keep(`c*${bare}`, () => this.recordsOfNodes(this.nodesBeginning(bare)))
  }

  /** Those of which this is the bare code. */
  codeIs(bare: string): Promise<Ordinals> {
    return this.recordsOfNodes(this.nodesBeginning(`${bare} `))
  }

  /** Records with places in a stretch of the walk (first, behind the last). */
  async addPlaces(set: Ordinals, first: number, behind: number): Promise<void> {
    const parts = [Math.floor(first / WALK_PART), Math.ceil(behind / WALK_PART)] as const
    const keys = Array.from({ length: Math.max(0, parts[1] - parts[0]) }, (_, at) => walkKey(parts[0] + at))
    for (const [at, bytes] of (await this.getAll(keys)).entries()) {
      const start = (parts[0] + at) * WALK_PART
      const ordinals = numbersOf(bytes!)
      const end = Math.min(behind - start, ordinals.length)
      for (let place = Math.max(0, first - start); place < end; place++) set.add(ordinals[place]!)
    }
  }

  /** All words that displays and other names have, in an order. */
  vocabulary(): Promise<string[]> {
    this.words ??= this.readVocabulary()
    this.words.catch(() => {
      this.words = undefined
    })
    return this.words
  }

  /** A set by its name, made when it is not kept. */
  async keep(name: string, make: () => Promise<Ordinals>): Promise<Ordinals> {
    const known = this.kept.get(name)
    if (known) return known
    const made = await make()
    this.kept.set(name, made, made.bytes)
    return made
  }

  private async recordsOfNodes(parts: AsyncIterable<FoundNode[]>): Promise<Ordinals> {
    const set = new Ordinals(this.size)
    for await (const nodes of parts) for (const { records } of nodes) for (const ordinal of records) set.add(ordinal)
    return set
  }

  private async readVocabulary(): Promise<string[]> {
    const parts = await this.getAll(Array.from({ length: this.head.vocabularyParts }, (_, part) => vocabularyKey(part)))
    return parts.flatMap((bytes) => Buffer.from(bytes!).toString().split('\n'))
  }

  private async getAll(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    if (keys.length <= BATCH) return this.shelf.get(keys)
    const found: (Uint8Array | undefined)[] = []
    for (let at = 0; at < keys.length; at += BATCH) found.push(...(await this.shelf.get(keys.slice(at, at + BATCH))))
    return found
  }

  private async *ranges(from: string, before: string): AsyncGenerator<readonly ShelfEntry[]> {
    let start = from
    for (;;) {
      const part = await this.shelf.range(start, before, BATCH)
      if (part.length > 0) yield part
      if (part.length < BATCH) return
      // No key has a sign before this one: none is between a key and the key with it.
      start = `${part.at(-1)![0]}\u0001`
    }
  }
}
