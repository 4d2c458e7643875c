import type { IndexEntry } from '../port.ts'

/** A key ends where the next part begins; what sorts right behind it ends every stretch of keys with a beginning. */
const END = '\u0000'
const BEHIND = '\u0001'

/** The last of all characters, and those around the halves of characters, which stand in no text. */
const LAST = '\u{10ffff}'
const BEFORE_SURROGATES = 0xd7ff
const BEHIND_SURROGATES = 0xe000

/** Keys from `from` on, before `to`, in the order of their UTF-8 bytes. */
export interface Stretch {
  from: string
  to: string
}

/** The kinds of entry that are kept as keys. */
export type KeyedEntry = Extract<IndexEntry, readonly ['token' | 'string' | 'reference' | 'uri', ...unknown[]]>

/**
 * The key that an entry is found by: one text in an array of a resource's document, so that one index serves them all. A
 * token's code comes before its system, a string's folded form before the one as written, so that what asks for the
 * first alone is a stretch of keys.
 */
export function keyOf(entry: KeyedEntry): string {
  switch (entry[0]) {
    case 'token':
      return tokenKey(entry[1], entry[3], entry[2])
    case 'string':
      return stringKey(entry[1], entry[2], entry[3])
    case 'reference':
      return referenceKey(entry[1], entry[2], entry[3])
    case 'uri':
      return uriKey(entry[1], entry[2])
  }
}

export function tokenKey(param: string, code: string, system: string): string {
  return `${param}${END}t${escaped(code)}${END}${escaped(system)}`
}

/** Tokens of a code in any system. */
export function codeStretch(param: string, code: string): Stretch {
  return stretch(`${param}${END}t${escaped(code)}`)
}

/** All tokens of a parameter. */
export function tokenStretch(param: string): Stretch {
  return beginning(`${param}${END}t`)
}

/** Whether a key of `tokenStretch` is of a system: how it ends. */
export function systemEnd(system: string): string {
  return `${END}${escaped(system)}`
}

export function stringKey(param: string, folded: string, exact: string): string {
  return `${param}${END}s${escaped(folded)}${END}${escaped(exact)}`
}

/** Strings with this folded form, however written. */
export function wholeStretch(param: string, folded: string): Stretch {
  return stretch(`${param}${END}s${escaped(folded)}`)
}

/** Strings whose folded form begins so. */
export function startStretch(param: string, folded: string): Stretch {
  return beginning(`${param}${END}s${escaped(folded)}`)
}

/** All strings of a parameter. */
export function stringStretch(param: string): Stretch {
  return beginning(`${param}${END}s`)
}

export function referenceKey(param: string, type: string, id: string): string {
  return `${param}${END}r${type}/${escaped(id)}`
}

/** References of a parameter to any resource of a type. */
export function referenceStretch(param: string, type: string): Stretch {
  return beginning(`${param}${END}r${type}/`)
}

/** What a key of a parameter's references leads to. */
export function referenceOf(param: string, key: string): { type: string; id: string } {
  const start = referencesStretch(param).from.length
  const slash = key.indexOf('/', start)
  return { type: key.slice(start, slash), id: unescaped(key.slice(slash + 1)) }
}

/** All references of a parameter. */
export function referencesStretch(param: string): Stretch {
  return beginning(`${param}${END}r`)
}

export function uriKey(param: string, uri: string): string {
  return `${param}${END}u${escaped(uri)}`
}

/** Uris of a parameter that begin so. */
export function uriStretch(param: string, start: string): Stretch {
  return beginning(`${param}${END}u${escaped(start)}`)
}

/** The uri in a key of a parameter's uris. */
export function uriOf(param: string, key: string): string {
  return unescaped(key.slice(uriKey(param, '').length))
}

/** Keys of a parameter of one of these kinds of entry. */
export function kindStretches(param: string, kinds: readonly ('t' | 's' | 'r' | 'u')[]): Stretch[] {
  return kinds.map((kind) => beginning(`${param}${END}${kind}`))
}

/** What `escaped` keeps apart: no value has the end of a key in it, and the order of values stays that of their bytes. */
export function escaped(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these two are what keys are built with
  return value.replace(/[\u0000\u0001]/g, (character) => `${BEHIND}${character === END ? '0' : '1'}`)
}

function unescaped(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  return value.replace(/\u0001([01])/g, (_, digit) => (digit === '0' ? END : BEHIND))
}

/** Keys whose part ends with this one. */
function stretch(part: string): Stretch {
  return { from: `${part}${END}`, to: `${part}${BEHIND}` }
}

/** Keys that begin so, whatever follows: up to the first text that begins otherwise. */
function beginning(part: string): Stretch {
  return { from: part, to: behind(part) }
}

/** The first text behind all that begin so, in the order of code points: the last one that has a next one is that one. */
function behind(part: string): string {
  // What is half a character is kept as U+FFFD.
  const characters = [...part.toWellFormed()]
  while (characters.at(-1) === LAST) characters.pop()
  const last = characters.pop()!.codePointAt(0)!
  return characters.join('') + String.fromCodePoint(last === BEFORE_SURROGATES ? BEHIND_SURROGATES : last + 1)
}
