import { CLOSE_LIST, CLOSE_OBJECT, COMMA, isSpace, OPEN_LIST, OPEN_OBJECT, QUOTE } from './bytes.ts'
import { stringEnd, valueEnd } from './outline.ts'

/** The first of the three bytes that some editors write in front of a text. */
const BYTE_ORDER_MARK = 0xef

/** A step of the expressions that are looked for, and where it was found. */
interface Step {
  members: Map<string, Step>
  items: Map<number, Step>
  offset: number | undefined
}

/**
 * Where the elements that FHIRPath expressions name (`Patient.contact[0].name`, of a resource's own type on) begin in its text: at
 * the quote of their name, in a list at the item. Of one that is not there, where what is around it begins; a step that is no plain
 * path (`where(…)`) ends an expression. `text` is valid JSON, white space and all, and read once.
 */
export function elementOffsets(text: Buffer, expressions: readonly string[]): number[] {
  const root: Step = newStep()
  const ways = expressions.map((expression) => wayTo(root, expression))
  const start = behindSpace(text, text[0] === BYTE_ORDER_MARK ? 3 : 0)
  root.offset = start
  passValue(text, start, root)
  return ways.map((way) => way.findLast(({ offset }) => offset !== undefined)?.offset ?? start)
}

function newStep(): Step {
  return { members: new Map(), items: new Map(), offset: undefined }
}

/** The steps of an expression, those that lie around it first. */
function wayTo(root: Step, expression: string): Step[] {
  const way = [root]
  const pattern = /\.(?:ofType|as)\(\s*[\w.]+\s*\)|\.([A-Za-z_]\w*)(?![\w(])|\[(\d+)\]/y
  pattern.lastIndex = /^\w*/.exec(expression)![0].length
  for (let match = pattern.exec(expression); match; match = pattern.exec(expression)) {
    const [, name, index] = match
    const { members, items } = way.at(-1)!
    if (name !== undefined) way.push(stepOf(members, name))
    else if (index !== undefined) way.push(stepOf(items, Number(index)))
  }
  return way
}

function stepOf<K>(steps: Map<K, Step>, key: K): Step {
  const known = steps.get(key)
  if (known) return known
  const step = newStep()
  steps.set(key, step)
  return step
}

/** Goes through the value at `at` as far as steps lead into it; returns the offset behind it. */
function passValue(text: Buffer, at: number, step: Step | undefined): number {
  if (step && text[at] === OPEN_OBJECT && step.members.size > 0) return passObject(text, at, step)
  if (step && text[at] === OPEN_LIST && step.items.size + step.members.size > 0) return passList(text, at, step)
  return valueEnd(text, at)
}

function passObject(text: Buffer, start: number, { members }: Step): number {
  let at = behindSpace(text, start + 1)
  while (text[at] === QUOTE) {
    const nameEnd = stringEnd(text, at)
    const step = memberStep(members, text.toString('latin1', at + 1, nameEnd - 1))
    if (step) step.offset ??= at
    const colon = behindSpace(text, nameEnd)
    at = behindSpace(text, passValue(text, behindSpace(text, colon + 1), step))
    if (text[at] === COMMA) at = behindSpace(text, at + 1)
  }
  return text[at] === CLOSE_OBJECT ? at + 1 : at
}

/** Steps that tell no index are meant of the first item. */
function passList(text: Buffer, start: number, step: Step): number {
  let at = behindSpace(text, start + 1)
  for (let index = 0; at < text.length && text[at] !== CLOSE_LIST; index++) {
    const item = step.items.get(index)
    if (item) item.offset ??= at
    const end = passValue(text, at, item ?? (index === 0 ? { ...step, items: new Map() } : undefined))
    at = behindSpace(text, end)
    if (text[at] === COMMA) at = behindSpace(text, at + 1)
    else if (text[at] !== CLOSE_LIST) return at
  }
  return at + 1
}

/** A member is meant by its name, by that of what it stands beside (`_birthDate`), or by that of its choice (`valueQuantity`). */
function memberStep(members: ReadonlyMap<string, Step>, name: string): Step | undefined {
  const bare = name.startsWith('_') ? name.slice(1) : name
  const own = members.get(name) ?? members.get(bare)
  if (own) return own
  for (let at = bare.length - 1; at > 0; at--) {
    const byte = bare.charCodeAt(at)
    if (byte >= 0x41 && byte <= 0x5a && members.has(bare.slice(0, at))) return members.get(bare.slice(0, at))
  }
  return undefined
}

function behindSpace(text: Buffer, from: number): number {
  let at = from
  while (isSpace(text[at])) at++
  return at
}
