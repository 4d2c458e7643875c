import type { Concept } from './concept.ts'

/** A text for comparing: lower case, without accents, one space between words. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

const NOTHING_SAID =
  /\([^()]*\)|\b(?:unspecified(?: organism| site)?|(?:organism|site) (?:unspecified|not specified)|without complications?|uncomplicated|initial encounter(?: for closed fracture)?)\b/gi

/**
 * A name without what says no more than that nothing is said: what stands in brackets (nonessential modifiers of ICD), "unspecified",
 * "unspecified organism", "without complications", the seventh character that most are coded with. The plain name of a disease is what
 * most people look for, and is to come first.
 */
export function plainName(display: string): string {
  return display.replace(NOTHING_SAID, ' ')
}

/** What a user looks for: the text as a code, and its words. */
export interface Wanted {
  code: string
  whole: string
  words: readonly string[]
}

/** Words at the most: what is longer is no search. */
const MOST_WORDS = 12

export function wantedOf(text: string): Wanted {
  const whole = folded(text.slice(0, 400))
  return {
    code: text.trim().toLowerCase(),
    whole,
    words: whole === '' ? [] : whole.split(' ').slice(0, MOST_WORDS),
  }
}

/** Those of some that are what was looked for, the best first. Typos are forgiven where nothing else is found. */
export function ranked<Item>(
  items: readonly Item[],
  wanted: Wanted,
  textsOf: (item: Item) => Texts,
): { item: Item; rank: number }[] {
  for (const forgiving of [false, true]) {
    const found = items.flatMap((item) => {
      const at = rank(textsOf(item), wanted, forgiving)
      return at === undefined ? [] : [{ item, rank: at }]
    })
    if (found.length > 0) return found.sort((one, other) => one.rank - other.rank)
  }
  return []
}

/** A concept's texts, made once for many searches. */
export interface Texts {
  code: string
  display: string
  displayWords: readonly string[]
  others: readonly string[]
  otherWords: readonly string[]
  /** Letters of the plain name. */
  length: number
  billable: boolean
}

export function textsOf(concept: Concept, display = concept.display): Texts {
  const name = folded(display)
  const others = (concept.designations ?? []).map(({ value }) => folded(value))
  if (display !== concept.display) others.push(folded(concept.display))
  return {
    code: concept.code.toLowerCase(),
    display: name,
    displayWords: name.split(' '),
    others,
    otherWords: others.flatMap((other) => other.split(' ')),
    length: folded(plainName(display)).length,
    billable: concept.properties?.some(({ code, value }) => code === 'billable' && value === true) === true,
  }
}

/**
 * How well a concept is what was looked for, less being better; undefined where it is not. First the code itself, then codes that
 * begin with it, the whole name, its beginning, words that begin with all words asked, then synonyms, and, if `forgiving`, last what is
 * meant but for a typo; of the same rank, billable ones and short plain names come first.
 */
export function rank(texts: Texts, { code, whole, words }: Wanted, forgiving: boolean): number | undefined {
  const base = baseRank(texts, code, whole, words) ?? (forgiving && isAlike(texts, words) ? 8 : undefined)
  if (base === undefined) return undefined
  return base * 1000 + (texts.billable ? 0 : 500) + Math.min(texts.length, 499)
}

function baseRank(texts: Texts, code: string, whole: string, words: readonly string[]): number | undefined {
  if (texts.code === code) return 0
  if (code !== '' && texts.code.startsWith(code)) return 1
  if (words.length === 0) return code === '' ? 2 : undefined
  if (texts.display === whole) return 2
  if (texts.display.startsWith(whole)) return 3
  if (words.every((word) => begins(texts.displayWords, word))) return 4
  if (texts.others.includes(whole)) return 5
  if (words.every((word) => begins(texts.displayWords, word) || begins(texts.otherWords, word))) return 6
  return words.every((word) => word.length > 2 && texts.display.includes(word)) ? 7 : undefined
}

function isAlike(texts: Texts, words: readonly string[]): boolean {
  return words.length > 0 && words.every((word) => like(texts.displayWords, word) || like(texts.otherWords, word))
}

function begins(all: readonly string[], word: string): boolean {
  return all.some((one) => one.startsWith(word))
}

/** Whether one of the words begins with the asked one but for a typo: one in four to seven letters, two in longer ones. */
function like(all: readonly string[], word: string): boolean {
  if (word.length < 4) return begins(all, word)
  const allowed = word.length < 8 ? 1 : 2
  // Hardly anybody mistypes the first letter, and without it too much is alike.
  return all.some((one) => one[0] === word[0] && distance(word, one, allowed) <= allowed)
}

/** Letters by which a word differs from the nearest beginning of another (exchanged neighbours are one); over `most` counts as more. */
function distance(word: string, other: string, most: number): number {
  const target = other.slice(0, word.length + most)
  let before: number[] = []
  let last = Array.from({ length: target.length + 1 }, (_, at) => at)
  for (let row = 1; row <= word.length; row++) {
    const line = [row]
    for (let at = 1; at <= target.length; at++) {
      const same = word[row - 1] === target[at - 1]
      let cost = Math.min(last[at]! + 1, line[at - 1]! + 1, last[at - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && at > 1 && word[row - 1] === target[at - 2] && word[row - 2] === target[at - 1]
      if (swapped) cost = Math.min(cost, before[at - 2]! + 1)
      line.push(cost)
    }
    if (Math.min(...line) > most) return most + 1
    before = last
    last = line
  }
  return Math.min(...last)
}
