import { basename } from 'node:path'
import { openBytes, type Reading } from './source.ts'

/** A piece of an XML document, and the line that it begins in. */
export type XmlEvent = { line: number } & (
  | { kind: 'open'; name: string; attributes: Readonly<Record<string, string>> }
  | { kind: 'close'; name: string }
  | { kind: 'text'; text: string }
)

/** Characters of one tag or one run of text. */
const LONGEST = 4 * 1024 * 1024

const DEEPEST = 100

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const ATTRIBUTE = /\s+([^\s=/>]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y

/**
 * Reads a document of UTF-8 piece by piece, so that its size does not matter: elements, text and CDATA; comments and
 * processing instructions are passed over. Definitions of a DTD are not read.
 *
 * @throws Error that names the line, where it is not well-formed
 */
export async function* xmlEvents(path: string, reading: Reading): AsyncGenerator<XmlEvent> {
  const parser = new XmlParser(basename(path))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of openBytes(path, reading) as AsyncIterable<Buffer>) {
    yield* parser.take(parser.decoded(() => decoder.decode(chunk, { stream: true })))
  }
  yield* parser.take(parser.decoded(() => decoder.decode()))
  parser.end()
}

class XmlParser {
  private rest = ''
  private line = 1
  private readonly open: string[] = []
  private readonly name: string
  private hasRoot = false

  constructor(name: string) {
    this.name = name
  }

  decoded(decode: () => string): string {
    try {
      return decode()
    } catch {
      throw this.error('no UTF-8')
    }
  }

  *take(text: string): Generator<XmlEvent> {
    this.rest += text
    let at = 0
    for (;;) {
      const end = this.endOfPiece(at)
      if (end < 0) break
      const piece = this.rest.slice(at, end)
      const event = piece.startsWith('<') ? this.markup(piece) : this.text(piece)
      if (event) yield* event
      for (let next = piece.indexOf('\n'); next >= 0; next = piece.indexOf('\n', next + 1)) this.line++
      at = end
    }
    this.rest = this.rest.slice(at)
    if (this.rest.length > LONGEST) throw this.error('a tag or text that does not end')
  }

  /** @throws Error when the document is not over */
  end(): void {
    if (this.rest.trim() !== '') throw this.error('ends in the middle')
    if (this.open.length > 0) throw this.error(`ends within ${this.open.at(-1)}`)
    if (!this.hasRoot) throw this.error('no element')
  }

  /** Where the piece that begins at `at` ends; -1 where more of the document has to be there to know. */
  private endOfPiece(at: number): number {
    const { rest } = this
    if (at >= rest.length) return -1
    if (rest[at] !== '<') return rest.indexOf('<', at)
    for (const [begin, end] of [
      ['<!--', '-->'],
      ['<![CDATA[', ']]>'],
      ['<?', '?>'],
    ] as const) {
      if (rest.startsWith(begin, at)) return after(rest, end, at + begin.length)
      if (begin.startsWith(rest.slice(at, at + begin.length))) return -1
    }
    return endOfTag(rest, at)
  }

  private *text(piece: string): Generator<XmlEvent> {
    if (this.open.length > 0) yield { kind: 'text', text: this.unescaped(piece), line: this.line }
    else if (piece.trim() !== '' && piece !== '\uFEFF') throw this.error('text outside of the element')
  }

  private *markup(piece: string): Generator<XmlEvent> {
    if (piece.startsWith('<!--') || piece.startsWith('<?')) return
    if (piece.startsWith('<![CDATA[')) yield { kind: 'text', text: piece.slice(9, -3), line: this.line }
    else if (piece.startsWith('<!')) {
      if (!/^<!DOCTYPE\s[^[]*>$/.test(piece)) throw this.error('a DTD with definitions of its own')
    } else if (piece.startsWith('</')) yield this.closed(piece.slice(2, -1).trim())
    else yield* this.opened(piece)
  }

  private *opened(piece: string): Generator<XmlEvent> {
    const isEmpty = piece.endsWith('/>')
    const inner = piece.slice(1, isEmpty ? -2 : -1)
    const name = /^[^\s/<>=]+/.exec(inner)?.[0]
    if (name === undefined) throw this.error('a tag without a name')
    if (this.open.length === 0 && this.hasRoot) throw this.error('a second element')
    this.hasRoot = true
    this.open.push(name)
    if (this.open.length > DEEPEST) throw this.error(`more than ${DEEPEST} elements within each other`)
    yield { kind: 'open', name, attributes: this.attributes(inner, name.length), line: this.line }
    if (isEmpty) yield this.closed(name)
  }

  private closed(name: string): XmlEvent {
    const open = this.open.pop()
    if (open !== name) throw this.error(`the end of ${name} within ${open ?? 'nothing'}`)
    return { kind: 'close', name, line: this.line }
  }

  private attributes(inner: string, from: number): Record<string, string> {
    const found: Record<string, string> = {}
    let at = from
    for (;;) {
      ATTRIBUTE.lastIndex = at
      const match = ATTRIBUTE.exec(inner)
      if (!match) break
      found[match[1]!] = this.unescaped(match[2] ?? match[3] ?? '')
      at = ATTRIBUTE.lastIndex
    }
    if (inner.slice(at).trim() !== '') throw this.error('an attribute that is not well-formed')
    return found
  }

  private unescaped(text: string): string {
    if (!text.includes('&')) return text
    return text.replace(/&([^;&\s]{0,10});?/g, (whole, name: string) => {
      const plain = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : characterOf(name)
      if (plain === undefined || !whole.endsWith(';')) throw this.error(`${whole} is not known`)
      return plain
    })
  }

  private error(words: string): Error {
    return new Error(`${this.name}, line ${this.line}: ${words}`)
  }
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from)
  return at < 0 ? -1 : at + end.length
}

/** The end of a tag: its `>` that is in no quotation. */
function endOfTag(text: string, from: number): number {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const character = text[at]!
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at + 1
  }
  return -1
}

function characterOf(name: string): string | undefined {
  const match = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name)
  if (!match) return undefined
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16)
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : undefined
}
