import type { ConceptProperty } from '../../concept.ts'
import type { Reading } from '../source.ts'
import { type XmlEvent, xmlEvents } from '../xml.ts'
import { bareTitle, blockCode, type NoteKind, note, type Tabular } from './notes.ts'

/** Elements that hold notes, by the names that they have in the XML. */
const HOLDERS: Readonly<Record<string, NoteKind>> = {
  includes: 'includes',
  excludes1: 'excludes1',
  excludes2: 'excludes2',
  codeFirst: 'codeFirst',
  useAdditionalCode: 'useAdditional',
  codeAlso: 'codeAlso',
  notes: 'notes',
  sevenChrNote: 'sevenChrNote',
}

/** Elements that say nothing of a single code, or what is said by others. */
const PASSED = new Set([
  'ICD10CM.tabular',
  'version',
  'introduction',
  'introSection',
  'title',
  'sectionIndex',
  'sectionRef',
])

/** An entry while it is read. */
interface Entry {
  kind: Tabular['kind']
  code: string
  title: string
  terms: string[]
  properties: ConceptProperty[]
}

/** The tabular list of the official XML (`icd10cm_tabular_YYYY.xml`): chapters, blocks, and all codes with their notes. */
export async function tabularXml(
  path: string,
  reading: Reading,
): Promise<{ entries: Map<string, Tabular>; leftOut: Map<string, number>; year: string | undefined }> {
  const list = new ListReader((line, words) => reading.faults.add(path, line, words))
  for await (const event of xmlEvents(path, reading)) list.take(event)
  if (list.entries.size === 0) throw new Error(`${path} has no chapters of ICD-10-CM in it`)
  return { entries: list.entries, leftOut: list.leftOut, year: list.year }
}

class ListReader {
  readonly entries = new Map<string, Tabular>()
  readonly leftOut = new Map<string, number>()
  year: string | undefined
  private readonly names: string[] = []
  private readonly open: Entry[] = []
  private text = ''
  private seventh = ''
  private readonly fault: (line: number, words: string) => void

  constructor(fault: (line: number, words: string) => void) {
    this.fault = fault
  }

  take(event: XmlEvent): void {
    if (event.kind === 'text') this.text += event.text
    else if (event.kind === 'open') this.opened(event)
    else this.closed(event.name, event.line)
  }

  private opened({ name, attributes }: Extract<XmlEvent, { kind: 'open' }>): void {
    this.names.push(name)
    this.text = ''
    if (name === 'chapter') this.open.push(entry('chapter', ''))
    else if (name === 'section') this.open.push(entry('block', blockCode(attributes.id ?? '')))
    else if (name === 'diag') this.open.push(entry('code', ''))
    else if (name === 'extension') this.seventh = attributes.char ?? ''
    else if (!this.isKnown(name)) this.leftOut.set(name, (this.leftOut.get(name) ?? 0) + 1)
  }

  private isKnown(name: string): boolean {
    const known = ['name', 'desc', 'note', 'inclusionTerm', 'sevenChrDef']
    return known.includes(name) || PASSED.has(name) || Object.hasOwn(HOLDERS, name)
  }

  private closed(name: string, line: number): void {
    this.names.pop()
    const holder = this.names.at(-1) ?? ''
    const text = this.text.replace(/\s+/g, ' ').trim()
    this.text = ''
    const current = this.open.at(-1)
    if (name === 'version' && /^\d{4}/.test(text)) this.year = text.slice(0, 4)
    if (!current) return
    if (name === 'name') current.code = text
    else if (name === 'desc' && ['chapter', 'section', 'diag'].includes(holder)) current.title = text
    else if (name === 'note') this.noted(current, holder, text)
    else if (name === 'extension') current.properties.push(note('sevenChrDef', `${this.seventh}: ${text}`))
    else if (name === 'chapter' || name === 'section' || name === 'diag') this.ended(line)
  }

  private noted(current: Entry, holder: string, text: string): void {
    if (text === '') return
    if (holder === 'inclusionTerm') current.terms.push(text)
    else if (Object.hasOwn(HOLDERS, holder)) current.properties.push(note(HOLDERS[holder]!, text))
  }

  private ended(line: number): void {
    const ended = this.open.pop()!
    const { kind, code, terms, properties } = ended
    const title = kind === 'code' ? ended.title : bareTitle(ended.title)
    if (code === '' || code === '-' || title === '') this.fault(line, `a ${kind} without code or title`)
    else if (this.entries.has(code)) this.fault(line, `${code} for the second time`)
    else {
      const parent = this.open.at(-1)?.code
      const known: Tabular = { code, kind, title, inclusionTerms: terms, properties }
      this.entries.set(code, parent ? { ...known, parent } : known)
    }
  }
}

function entry(kind: Tabular['kind'], code: string): Entry {
  return { kind, code, title: '', terms: [], properties: [] }
}
