/** The first so many characters of a text, for messages and indexes; never half of a surrogate pair at its end. */
export function beginningOf(text: string, length = 64): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length)
}
