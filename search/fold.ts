const ASCII = /^[\x20-\x7e]*$/

/** Folds a string for comparison: no case, no accents, compatible forms alike (R4 search, string). */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toUpperCase()
    .toLowerCase()
}
