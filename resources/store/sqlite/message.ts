import type { Outcome, RefusalReason, Unit } from '../port.ts'

/** A unit on its way to the writer thread: one buffer with all texts, the rest as JSON (cheaper to move than objects). */
export interface UnitMessage {
  id: number
  texts: Uint8Array
  plan: string
}

/** What became of a unit. */
export type UnitResult =
  | { id: number; outcomes: Outcome[] }
  | { id: number; refused: { reason: RefusalReason; at: number; current: number } }
  | { id: number; failed: string }

export type ToWriter = UnitMessage | 'close'
export type FromWriter = { results: UnitResult[] } | { opened: true } | { unopened: string } | { closed: true }

/** Joins the texts of a unit and writes down the rest. */
export function encodeUnit(id: number, unit: Unit): UnitMessage {
  const texts: Buffer[] = []
  const changes = unit.changes.map((change) => {
    if (change.kind === 'delete') return change
    texts.push(change.text)
    return { ...change, text: change.text.length }
  })
  return { id, texts: joined(texts), plan: JSON.stringify({ ...unit, changes }) }
}

/** The reverse of `encodeUnit`; the texts are views of the message's buffer. */
export function decodeUnit(message: UnitMessage): Unit {
  const unit = JSON.parse(message.plan) as Unit
  let at = message.texts.byteOffset
  for (const change of unit.changes) {
    if (change.kind === 'delete') continue
    const length = change.text as unknown as number
    change.text = Buffer.from(message.texts.buffer, at, length)
    at += length
  }
  return unit
}

/** One text alone is copied by the message itself; several are gathered in a buffer of their own, to be handed over. */
function joined(texts: Buffer[]): Uint8Array {
  const size = texts.reduce((sum, text) => sum + text.length, 0)
  const all = new Uint8Array(size)
  let at = 0
  for (const text of texts) {
    all.set(text, at)
    at += text.length
  }
  return all
}
