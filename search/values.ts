/** Splits at `separator` where it is not escaped with a backslash (R4 search, "Escaping Search Parameters"). */
export function splitEscaped(text: string, separator: ',' | '|' | '$'): string[] {
  if (!text.includes('\\')) return text.split(separator)
  const parts = ['']
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === separator) parts.push('')
    else parts[parts.length - 1] += character === '\\' ? character + (text[++at] ?? '') : character
  }
  return parts
}

/** Takes the backslashes out of a value that was split. */
export function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text
}
