import { beginningOf } from '../../resources/beginning.ts'
import { fold } from '../../resources/fold.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue } from '../criterion.ts'
import type { Expression } from '../expression.ts'
import { unescaped } from '../values.ts'

const WORD = /[\p{L}\p{N}]+/gu

/** Characters of a word and words of a resource that are indexed, and words that may be asked for. */
const LONGEST_WORD = 64
const MOST_WORDS = 20_000
const MOST_ASKED = 50

/** What nobody reads: moments, URLs and URNs, references, and data (long, without a space). */
const NO_TEXT = /^(\d{4}-\d\d-\d\dT|https?:|urn:|#|[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$|\S{257})/
const NO_TEXT_IN: ReadonlySet<string> = new Set(['id', 'resourceType', 'div'])

/** Index entries of `_text`, the words of the narrative, and of `_content`, those and all words of other texts. */
export function indexWords(resource: unknown): IndexEntry[] {
  const { text } = resource as { text?: { div?: unknown } }
  const narrative = new Set<string>()
  if (typeof text?.div === 'string') addWords(narrative, wordsOf(withoutMarkup(text.div)))
  const content = new Set(narrative)
  addAll(content, resource)
  const entries: IndexEntry[] = []
  if (narrative.size > 0) entries.push(['words', '_text', [...narrative].join(' ')])
  if (content.size > 0) entries.push(['words', '_content', [...content].join(' ')])
  return entries
}

function withoutMarkup(div: string): string {
  return div
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&#(x?)([0-9a-f]{1,6});/gi, (_, hex: string, digits: string) => {
      const code = Number.parseInt(digits, hex === '' ? 10 : 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : ' '
    })
    .replace(/&[a-z]+;/gi, ' ')
}

function addAll(words: Set<string>, value: unknown): void {
  if (typeof value === 'string') {
    addWords(words, textWordsOf(value))
  } else if (Array.isArray(value)) {
    for (const item of value) addAll(words, item)
  } else if (typeof value === 'object' && value !== null) {
    // Parsed JSON has nothing but its own members.
    for (const name in value) if (!NO_TEXT_IN.has(name)) addAll(words, (value as Record<string, unknown>)[name])
  }
}

function addWords(words: Set<string>, more: readonly string[]): void {
  for (const word of more) if (words.size < MOST_WORDS) words.add(word)
}

/** Words of short texts seen before: displays and codes come again and again. */
const known = new Map<string, readonly string[]>()
const MOST_KNOWN = 20_000
const SHORT = 100

function textWordsOf(text: string): readonly string[] {
  if (text.length > SHORT) return NO_TEXT.test(text) ? [] : wordsOf(text)
  let words = known.get(text)
  if (!words) {
    words = NO_TEXT.test(text) ? [] : wordsOf(text)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(text, words)
  }
  return words
}

function wordsOf(text: string): string[] {
  return (fold(text).match(WORD) ?? []).map((word) => beginningOf(word, LONGEST_WORD))
}

/** All words of one of the values must occur, folded, in any order (R4 search, `_text` and `_content`). */
export function parseWords(param: '_text' | '_content', values: readonly string[]): Expression {
  const any = values.map((value) => [...new Set(wordsOf(unescaped(value)))])
  if (any.some((words) => words.length === 0) || any.flat().length > MOST_ASKED) {
    throw badValue(param, `words, ${MOST_ASKED} at the most`)
  }
  return { kind: 'words', param, any }
}
