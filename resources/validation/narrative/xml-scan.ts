/** What is not well-formed XML, and at which character. */
export class XmlFault extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** Told of what stands in an XML text, in its order. */
export interface XmlListener {
  /** A start tag; `depth` is 0 for the root element. */
  element(name: string, attributes: ReadonlyMap<string, string>, depth: number): void
  /** Characters between tags, as they are written, of which some are no white space. */
  words(): void
}

const NAME = /[A-Za-z_:][\w:.\-·À-￿]*/y
const SPACE = /[ \t\r\n]*/y
/** A reference to a character, or one of the five entities that XML has without a DOCTYPE (XML 1.0, 4.6). */
const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/y
const WRITTEN: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** No character of XML 1.0 (2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const NO_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** Elements within elements. No narrative has as many, and what shows one may use a stack. */
const DEEPEST = 200

/**
 * Goes through an XML element and nothing else (XML 1.0, well-formed), without a DOCTYPE, entities of its own or processing
 * instructions: nothing is expanded or fetched, and the time it takes grows with the length alone. Throws an XmlFault.
 */
export function scanXml(text: string, listener: XmlListener): void {
  const wrong = NO_CHARACTER.exec(text)
  if (wrong) throw new XmlFault('a character that XML does not have', wrong.index)
  new XmlScan(text, listener).go()
}

class XmlScan {
  private readonly text: string
  private readonly listener: XmlListener
  private readonly open: string[] = []
  private at = 0
  private rooted = false

  constructor(text: string, listener: XmlListener) {
    this.text = text
    this.listener = listener
  }

  go(): void {
    const { text } = this
    while (this.at < text.length) {
      const next = text.indexOf('<', this.at)
      this.characters(next < 0 ? text.length : next)
      if (next >= 0) this.markup()
    }
    const unclosed = this.open.at(-1)
    if (unclosed !== undefined) throw this.fault(`<${unclosed}> is not closed`)
    if (!this.rooted) throw this.fault('no element')
  }

  private characters(end: number): void {
    const part = this.text.slice(this.at, end)
    if (/\S/.test(part)) {
      if (this.open.length === 0) throw this.fault('text outside of the element')
      if (part.includes(']]>')) throw this.fault(']]> within text')
      const written = this.written(part, this.at)
      if (/\S/.test(written)) this.listener.words()
    }
    this.at = end
  }

  /** A text with what its references stand for. */
  private written(part: string, start: number): string {
    if (!part.includes('&')) return part
    const pieces: string[] = []
    let from = 0
    for (let at = part.indexOf('&'); at >= 0; at = part.indexOf('&', from)) {
      REFERENCE.lastIndex = at
      const found = REFERENCE.exec(part)
      if (!found)
        throw new XmlFault(`no entity of XML: ${/^&[#\w]{0,20};?/.exec(part.slice(at))?.[0] ?? '&'}`, start + at)
      const [whole, name, decimal, hexadecimal] = found
      pieces.push(part.slice(from, at), WRITTEN[name ?? ''] ?? this.character(decimal, hexadecimal, start + at))
      from = at + whole.length
    }
    pieces.push(part.slice(from))
    return pieces.join('')
  }

  private character(decimal: string | undefined, hexadecimal: string | undefined, at: number): string {
    const code = decimal === undefined ? Number.parseInt(hexadecimal!, 16) : Number(decimal)
    const surrogate = code >= 0xd800 && code < 0xe000
    if (code > 0x10ffff || surrogate || NO_CHARACTER.test(String.fromCodePoint(code)))
      throw new XmlFault('a reference to a character that XML does not have', at)
    return String.fromCodePoint(code)
  }

  private markup(): void {
    const { text, at } = this
    if (text.startsWith('</', at)) this.endTag()
    else if (text.startsWith('<!--', at)) this.comment()
    else if (text.startsWith('<![CDATA[', at)) this.characterData()
    else if (text[at + 1] === '!' || text[at + 1] === '?')
      throw this.fault('a declaration or processing instruction is not allowed')
    else this.startTag()
  }

  private comment(): void {
    const end = this.text.indexOf('--', this.at + 4)
    if (end < 0 || this.text[end + 2] !== '>') throw this.fault('a comment that is not closed, or has -- in it')
    this.at = end + 3
  }

  private characterData(): void {
    if (this.open.length === 0) throw this.fault('text outside of the element')
    const start = this.at + '<![CDATA['.length
    const end = this.text.indexOf(']]>', start)
    if (end < 0) throw this.fault('a CDATA section that is not closed')
    if (/\S/.test(this.text.slice(start, end))) this.listener.words()
    this.at = end + 3
  }

  private endTag(): void {
    this.at += 2
    const name = this.name()
    this.space()
    if (this.text[this.at] !== '>') throw this.fault('an end tag that is not closed')
    const opened = this.open.pop()
    if (opened !== name)
      throw this.fault(opened === undefined ? `</${name}> closes nothing` : `</${name}> where <${opened}> is open`)
    this.at++
  }

  private startTag(): void {
    this.at++
    const name = this.name()
    if (this.open.length === 0 && this.rooted) throw this.fault('a second element beside the first')
    this.rooted = true
    const attributes = this.attributes()
    if (this.open.length >= DEEPEST) throw this.fault(`more than ${DEEPEST} elements within each other`)
    this.listener.element(name, attributes, this.open.length)
    if (this.text.startsWith('/>', this.at)) this.at += 2
    else if (this.text[this.at] === '>') {
      this.open.push(name)
      this.at++
    } else throw this.fault(`the tag <${name}> is not closed`)
  }

  private attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>()
    while (this.space() && /[^/>]/.test(this.text[this.at] ?? '>')) {
      const name = this.name()
      this.space()
      if (this.text[this.at] !== '=') throw this.fault(`the attribute ${name} has no value`)
      this.at++
      this.space()
      const quote = this.text[this.at] ?? ''
      const end = quote === '"' || quote === "'" ? this.text.indexOf(quote, this.at + 1) : -1
      if (end < 0) throw this.fault(`the value of ${name} has no quotes`)
      const value = this.text.slice(this.at + 1, end)
      if (value.includes('<')) throw this.fault(`a < in the value of ${name}`)
      if (attributes.has(name)) throw this.fault(`the attribute ${name} stands twice`)
      attributes.set(name, this.written(value, this.at + 1))
      this.at = end + 1
    }
    return attributes
  }

  private name(): string {
    NAME.lastIndex = this.at
    const name = NAME.exec(this.text)?.[0]
    if (name === undefined) throw this.fault('a name is missing')
    this.at += name.length
    return name
  }

  /** Passes by white space; answers whether there was some. */
  private space(): boolean {
    SPACE.lastIndex = this.at
    const { length } = SPACE.exec(this.text)![0]
    this.at += length
    return length > 0
  }

  private fault(message: string): XmlFault {
    return new XmlFault(message, this.at)
  }
}
