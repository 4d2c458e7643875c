import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from '../../resources/json/bytes.ts'

/** A JSON text without white space, set out over lines with two spaces a level. Tokens stay to the byte. */
export function pretty(text: Buffer): Buffer {
  const parts: string[] = []
  const source = text.toString('latin1')
  let depth = 0
  let at = 0
  let from = 0
  const flush = (to: number): void => {
    parts.push(source.slice(from, to))
    from = to
  }
  while (at < source.length) {
    const byte = source.charCodeAt(at++)
    if (byte === QUOTE) {
      at = stringEnd(source, at)
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (isClose(source.charCodeAt(at))) at++
      else breakLine(at, ++depth)
    } else if (byte === COMMA) {
      breakLine(at, depth)
    } else if (byte === COLON) {
      flush(at)
      parts.push(' ')
    } else if (isClose(byte)) {
      breakLine(at - 1, --depth)
    }
  }
  flush(source.length)
  return Buffer.from(`${parts.join('')}\n`, 'latin1')

  function breakLine(to: number, level: number): void {
    flush(to)
    parts.push(`\n${'  '.repeat(level)}`)
  }
}

function isClose(byte: number): boolean {
  return byte === CLOSE_OBJECT || byte === CLOSE_LIST
}

function stringEnd(source: string, at: number): number {
  let next = at
  while (next < source.length && source.charCodeAt(next) !== QUOTE)
    next += source.charCodeAt(next) === BACKSLASH ? 2 : 1
  return next + 1
}
