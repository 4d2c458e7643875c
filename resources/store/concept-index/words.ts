import { fold } from '../../fold.ts'

/** The longest word that is kept apart. */
const LONGEST_WORD = 40

/** The words of a text: runs of letters and digits without case and accents; an apostrophe within one is left out. */
export function wordsOf(text: string): string[] {
  const plain = fold(text).replace(/['’]/g, '')
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    word.length > LONGEST_WORD ? word.slice(0, LONGEST_WORD).toWellFormed() : word,
  )
}

/** A code as people type it: without case, accents, dots and blanks (`e119` of `E11.9`). */
export function bareCode(code: string): string {
  return fold(code).replace(/[^\p{L}\p{N}]+/gu, '')
}
