const ASCII = /^[\x20-\x7e]*$/

/**
 * Folds a string for comparison: no case, no accents (R4 search, string). Canonical forms alone are taken apart:
 * compatible ones can be eighteen times as long.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  // At the end of a word sigma has a form of its own, and the end of what is asked for is no end of a word.
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
}
