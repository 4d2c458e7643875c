import { membersOf, typeTable } from '../../resources/definitions/definitions.ts'
import { BACKSLASH, CLOSE_LIST, COLON, OPEN_LIST, OPEN_OBJECT, QUOTE } from '../../resources/json/bytes.ts'
import { itemRanges, type MemberRange, memberRange } from '../../resources/json/outline.ts'

/** A member whose name stands nowhere else in a resource of its type, but in what is contained in it. */
export interface QuickMember {
  /** `"subject"` */
  name: Buffer
  /** What it mostly begins with: `"subject":{"reference":"Patient/` */
  usual: Buffer
}

const CONTAINED = Buffer.from('"contained"')

/** What finds the only path of a type by its name; undefined where that might find something else. */
export function quickMember(type: string, paths: readonly (readonly string[])[]): QuickMember | undefined {
  const [name, ...deeper] = paths[0] ?? []
  if (paths.length !== 1 || name === undefined || deeper.length > 0 || isBelow(type, name)) return undefined
  return { name: Buffer.from(`"${name}"`), usual: Buffer.from(`"${name}":{"reference":"Patient/`) }
}

/** Whether some element below those of a type has a member of this name. */
function isBelow(type: string, name: string): boolean {
  const seen = new Set<string>()
  const open = [...membersOf(type).values()].map((member) => member.type)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const kind = typeTable(next)?.kind
    // Resources stand in `contained` alone, here: Bundle and Parameters are another matter.
    if (seen.has(next) || kind === undefined || kind === 'primitive' || kind === 'resource') continue
    seen.add(next)
    const members = membersOf(next)
    if (members.has(name)) return true
    open.push(...[...members.values()].map((member) => member.type))
  }
  return false
}

/** Characters of an id at the most. */
const MOST_ID = 64

/**
 * Id of the Patient that a member refers to in its usual form; undefined where it has another one, or it takes a parser to
 * tell.
 */
export function quickPatient(text: Buffer, { usual }: QuickMember): string | undefined {
  const found = text.indexOf(usual)
  if (found < 0 || text.includes(CONTAINED)) return undefined
  const start = found + usual.length
  let end = start
  while (IS_OF_ID[text[end] ?? 0] === 1) end++
  return text[end] === QUOTE && end > start && end - start <= MOST_ID ? text.toString('latin1', start, end) : undefined
}

/** By character code: 1 for those of ids. */
const IS_OF_ID = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9\-.]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/**
 * Texts of the references of a member that is a Reference or a list of them; undefined where it takes a parser to tell. A
 * quotation mark within a string stands behind a backslash: what looks like a member's name and a colon is one.
 */
export function quickReferences(text: Buffer, { name }: QuickMember): string[] | undefined {
  if (text.includes(CONTAINED)) return undefined
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const value = at + name.length + 1
    const next = text[value - 1]
    if (next === COLON) return referencesAt(text, value)
    // White space: no text of the store.
    if (next === undefined || next <= 0x20) return undefined
  }
  return []
}

function referencesAt(text: Buffer, at: number): string[] | undefined {
  if (text[at] === OPEN_OBJECT) return stringsAt(text, [memberRange(text, at, 'reference')])
  if (text[at] !== OPEN_LIST) return undefined
  const items = [...itemRanges(text, at, 'reference')]
  // White space ends the list early.
  if (text[items.at(-1)?.end ?? at] !== CLOSE_LIST) return undefined
  return stringsAt(
    text,
    items.map(({ member }) => member),
  )
}

function stringsAt(text: Buffer, ranges: readonly (MemberRange | undefined)[]): string[] | undefined {
  const texts: string[] = []
  for (const range of ranges) {
    if (!range) return undefined
    const { valueStart, end } = range
    if (text[valueStart] !== QUOTE || text.subarray(valueStart, end).includes(BACKSLASH)) return undefined
    texts.push(text.toString('utf8', valueStart + 1, end - 1))
  }
  return texts
}
