import { Ordinals } from './ordinals.ts'
import { FIELD, MOST_LENGTH, propertyField } from './postings.ts'
import type { IndexReader } from './reader.ts'
import { meant, typosIn } from './typo.ts'
import { bareCode, wordsOf } from './words.ts'

/** Records that meet a text equally well, none of which is in a tier before. */
interface Tier {
  set: Ordinals
  /** Whether shorter displays come first; else it is the order of the source alone. */
  byLength: boolean
}

/** Finds records by a text, the best first. */
export class Ranked {
  private readonly reader: IndexReader

  constructor(reader: IndexReader) {
    this.reader = reader
  }

  /** Those of `among` that meet a text: a page of them, and how many there are. */
  async find(
    text: string,
    among: Ordinals,
    offset: number,
    count: number,
  ): Promise<{ ordinals: number[]; total: number }> {
    const tiers = (await this.tiers(text)).map(({ set, byLength }) => ({ set: set.and(among), byLength }))
    const total = tiers.reduce((sum, { set }) => sum + set.count, 0)
    const ordinals: number[] = []
    let skip = offset
    for await (const set of this.inOrder(tiers)) {
      if (ordinals.length >= count) break
      const here = set.count
      ordinals.push(...set.page(skip, count - ordinals.length))
      skip = Math.max(0, skip - here)
    }
    return { ordinals, total }
  }

  /** Tiers taken apart: what can be chosen first, then by length. */
  private async *inOrder(tiers: readonly Tier[]): AsyncGenerator<Ordinals> {
    const choosable = await this.choosable()
    for (const { set, byLength } of tiers) {
      if (set.isEmpty) continue
      for (const half of [set.copy().and(choosable), set.copy().minus(choosable)]) {
        if (!byLength) yield half
        else if (!half.isEmpty) yield* this.byLength(half)
      }
    }
  }

  private async *byLength(set: Ordinals): AsyncGenerator<Ordinals> {
    for (let length = 0; length <= MOST_LENGTH; length++) {
      const those = await this.reader.posting(FIELD.length, String(length))
      yield set.copy().and(those)
    }
  }

  private choosable(): Promise<Ordinals> {
    const { reader } = this
    return reader.keep('choosable', async () => {
      const set = Ordinals.all(reader.size).minus(await reader.posting(propertyField('billable'), 'false'))
      for (const flag of ['abstract', 'inactive']) set.minus(await reader.posting(FIELD.flag, flag))
      return set
    })
  }

  private async tiers(text: string): Promise<Tier[]> {
    const { reader } = this
    const bare = bareCode(text)
    const words = [...new Set(wordsOf(text))]
    const tiers: Tier[] = []
    const found = new Ordinals(reader.size)
    const put = (set: Ordinals, byLength: boolean) => {
      const more = set.copy().minus(found)
      found.or(more)
      tiers.push({ set: more, byLength })
    }
    if (bare !== '') {
      put(await reader.codeIs(bare), false)
      put(await reader.codeBeginning(bare), false)
    }
    if (words.length > 0) {
      put(await this.each(words, (word) => reader.posting(FIELD.word, word)), true)
      put(await this.each(words, (word) => reader.wordBeginning(word, false)), true)
      put(await this.each(words, (word) => this.anywhere(word)), true)
      if (found.isEmpty) for (const set of await this.withTypos(words)) put(set, true)
    }
    return tiers
  }

  /** Records that every word leads to. */
  private async each(words: readonly string[], setOf: (word: string) => Promise<Ordinals>): Promise<Ordinals> {
    const set = Ordinals.all(this.reader.size)
    for (const word of words) {
      if (set.isEmpty) break
      set.and(await setOf(word))
    }
    return set
  }

  /** Records with a word that begins so in any of their names, or with such a code. */
  private async anywhere(word: string): Promise<Ordinals> {
    const { reader } = this
    const set = (await reader.wordBeginning(word, false)).copy().or(await reader.wordBeginning(word, true))
    const likeCode = word.length > 1 && /\p{N}/u.test(word)
    return likeCode ? set.or(await reader.codeBeginning(word)) : set
  }

  /** One set for one typo in each word, and one for two in long words. */
  private async withTypos(words: readonly string[]): Promise<Ordinals[]> {
    const most = Math.max(...words.map(typosIn))
    if (most === 0) return []
    const vocabulary = await this.reader.vocabulary()
    const sets: Ordinals[] = []
    for (let typos = 1; typos <= most; typos++) {
      sets.push(
        await this.each(words, async (word) => {
          const set = await this.anywhere(word)
          for (const known of meant(word, vocabulary, Math.min(typos, typosIn(word)))) {
            set.or(await this.reader.posting(FIELD.word, known)).or(await this.reader.posting(FIELD.otherWord, known))
          }
          return set
        }),
      )
      if (!sets.at(-1)!.isEmpty) break
    }
    return sets
  }
}
