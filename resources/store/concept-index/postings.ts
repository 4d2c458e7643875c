import type { Concept } from '../../terminology/concept.ts'
import { plainName } from '../../terminology/words.ts'
import { encodePart } from './ordinals.ts'
import { PART, postingKey, type ShelfEntry, valueKey } from './shelf.ts'
import { bareCode, wordsOf } from './words.ts'

/** What postings are of. Those of properties are `p:` with the property. */
export const FIELD = {
  word: 'd',
  otherWord: 's',
  wordBeginning: 'D',
  otherBeginning: 'S',
  codeBeginning: 'c',
  length: 'n',
  has: 'e',
  days: 't',
  flag: 'x',
} as const

/** The field of a property's values. */
export const propertyField = (property: string) => `p:${property}`

/** Letters of a word's beginning that have a posting of their own, and of a code's. */
export const WORD_BEGINNING = 2
export const CODE_BEGINNING = 3

/** Words of a plain display that are counted: longer ones are ranked alike. */
export const MOST_LENGTH = 40

/** The days of a record as the value of a posting, and back. */
export const daysValue = ({ from = '', to = '' }: Concept) => `${from}~${to}`
export function daysOf(value: string): { from: string; to: string } {
  const [from = '', to = ''] = value.split('~')
  return { from, to }
}

/** Collects the postings of one part while concepts come. */
export class PostingsOfPart {
  private readonly fields = new Map<string, Map<string, number[]>>()

  /** `at` is the ordinal less those of the parts before. */
  add(at: number, concept: Concept, vocabulary: Set<string>): void {
    const own = wordsOf(concept.display)
    this.addWords(at, own, FIELD.word, FIELD.wordBeginning, vocabulary)
    this.put(FIELD.length, String(Math.min(wordsOf(plainName(concept.display)).length, MOST_LENGTH)), at)
    for (const { value } of concept.designations ?? []) {
      this.addWords(at, wordsOf(value), FIELD.otherWord, FIELD.otherBeginning, vocabulary)
    }
    const bare = bareCode(concept.code)
    for (let length = 1; length <= Math.min(CODE_BEGINNING, bare.length); length++) {
      this.putBeginning(FIELD.codeBeginning, bare, length, at)
    }
    this.addFacts(at, concept)
  }

  /** The postings as entries, in the order of their keys as far as they are plain. */
  *entries(part: number): Generator<ShelfEntry> {
    for (const field of [...this.fields.keys()].sort()) {
      const values = this.fields.get(field)!
      for (const value of [...values.keys()].sort()) {
        yield [postingKey(field, value, part), encodePart(values.get(value)!)]
      }
    }
  }

  private addFacts(at: number, concept: Concept): void {
    const { properties = [], from, to } = concept
    for (const { code, value } of properties) {
      this.put(propertyField(code), valueKey(String(value)), at)
      this.put(FIELD.has, valueKey(code), at)
    }
    if (concept.parents?.length) this.put(FIELD.has, 'parent', at)
    if (concept.definition !== undefined) this.put(FIELD.has, 'definition', at)
    if (concept.display !== '') this.put(FIELD.has, 'display', at)
    if (concept.inactive) this.put(FIELD.flag, 'inactive', at)
    if (concept.abstract) this.put(FIELD.flag, 'abstract', at)
    if (from !== undefined || to !== undefined) this.put(FIELD.days, daysValue(concept), at)
  }

  private addWords(
    at: number,
    words: readonly string[],
    whole: string,
    beginning: string,
    vocabulary: Set<string>,
  ): void {
    for (const word of words) {
      vocabulary.add(word)
      this.put(whole, word, at)
      for (let length = 1; length <= Math.min(WORD_BEGINNING, word.length); length++) {
        this.putBeginning(beginning, word, length, at)
      }
    }
  }

  /** Half a character is no beginning: its bytes would be those of another one. */
  private putBeginning(field: string, word: string, length: number, at: number): void {
    const beginning = word.slice(0, length)
    if (beginning.isWellFormed()) this.put(field, beginning, at)
  }

  private put(field: string, value: string, at: number): void {
    let values = this.fields.get(field)
    if (!values) {
      values = new Map()
      this.fields.set(field, values)
    }
    const list = values.get(value)
    if (!list) values.set(value, [at])
    else if (list.at(-1) !== at) list.push(at)
  }
}

/** The part of an ordinal, and its place there. */
export const partOf = (ordinal: number) => ({ part: Math.floor(ordinal / PART), at: ordinal % PART })
