import type { ArchivedRecord, ArchivedState, ArchivePart, DoneKey, RestoredVersion } from '../archive.ts'
import type { AuditChainHead } from '../audit.ts'
import type { Change, Guard, Outcome, RefusalReason, Unit } from '../port.ts'
import { type StateRecordChange, stateRecords } from '../state-record.ts'

/** A version that is written as it is. */
export type Restoration = { kind: 'version' } & RestoredVersion

/** A unit as the writer applies it: what is restored is one as well. Secrets as hexadecimal. */
export interface WriterUnit extends Omit<Unit, 'changes' | 'state'> {
  changes: (Change | Restoration)[]
  done?: readonly DoneKey[]
  secrets?: Record<string, string>
  state?: StateRecordChange[]
  restoredState?: readonly ArchivedState[]
  restoredAudit?: readonly ArchivedRecord[]
  chains?: readonly AuditChainHead[]
  /** A month of the audit log that goes. */
  dropMonth?: string
}

/** A unit as the writer applies it. Throws what `stateRecords` does. */
export function writerUnit({ state, ...unit }: Unit): WriterUnit {
  return state === undefined ? unit : { ...unit, state: stateRecords(state) }
}

/** The unit that restores a part of an archive. */
export function restoringUnit({
  versions = [],
  done = [],
  secrets = {},
  notes = {},
  state = [],
  audit = [],
  chains = [],
}: ArchivePart): WriterUnit {
  const hex = Object.entries(secrets).map(([name, value]) => [name, value.toString('hex')])
  const changes = versions.map((version) => ({ kind: 'version', ...version }) as const)
  const rest = { restoredState: state, restoredAudit: audit, chains }
  return { changes, guards: [], done, secrets: Object.fromEntries(hex), notes, ...rest }
}

/**
 * A unit on its way to the writer thread: a buffer with all texts, the rest as JSON (cheaper to move than objects). A
 * large one travels in several parts, so that neither thread is held by it for long.
 */
export interface UnitPart {
  id: number
  texts: Uint8Array<ArrayBuffer>
  plan: string
  last: boolean
}

/** What became of a unit. */
export type UnitResult =
  | { id: number; outcomes: Outcome[] }
  | { id: number; refused: { reason: RefusalReason; at: number; current: number } }
  | { id: number; failed: string }

/** `abandoned`: of the unit of this id no more parts will come. */
export type ToWriter = UnitPart | { abandoned: number } | 'close'
export type FromWriter = { results: UnitResult[] } | { opened: true } | { unopened: string; inUse: boolean }

/** Changes in one part at the most, and the bytes of text after which a part ends. */
const PART_CHANGES = 256
const PART_BYTES = 1024 * 1024

type Plan = Omit<WriterUnit, 'guards'> & { guards?: Guard[] }

/** The parts of a unit, in order. Guards and the key go with the last one. */
export function* encodeUnit(id: number, { changes, ...rest }: WriterUnit): Generator<UnitPart> {
  let start = 0
  do {
    const end = partEnd(changes, start)
    const last = end === changes.length
    yield encodePart(
      id,
      last ? { changes: changes.slice(start, end), ...rest } : { changes: changes.slice(start, end) },
      last,
    )
    start = end
  } while (start < changes.length)
}

/** Puts units together from their parts. */
export class UnitDecoder {
  private readonly begun = new Map<number, WriterUnit['changes']>()

  /** Forgets the parts of a unit that will not be completed. */
  abandon(id: number): void {
    this.begun.delete(id)
  }

  /** Takes in a part; gives the unit when it was the last one. */
  take(part: UnitPart): WriterUnit | undefined {
    const plan = JSON.parse(part.plan) as Plan
    let at = part.texts.byteOffset
    for (const change of plan.changes) {
      if (!hasText(change)) continue
      const length = change.text as unknown as number
      change.text = Buffer.from(part.texts.buffer, at, length)
      at += length
    }
    const changes = this.begun.get(part.id)
    if (changes) for (const change of plan.changes) changes.push(change)
    if (!part.last) {
      if (!changes) this.begun.set(part.id, plan.changes)
      return undefined
    }
    this.begun.delete(part.id)
    return { ...plan, guards: plan.guards ?? [], changes: changes ?? plan.changes }
  }
}

function hasText<C extends Change | Restoration>(change: C): change is C & { text: Buffer } {
  return (change.kind === 'write' || change.kind === 'version') && change.text !== undefined
}

function partEnd(changes: WriterUnit['changes'], start: number): number {
  let bytes = 0
  let end = start
  while (end < changes.length && end - start < PART_CHANGES && bytes < PART_BYTES) {
    const change = changes[end++]!
    if (hasText(change)) bytes += change.text.length
  }
  return end
}

function encodePart(id: number, plan: Plan, last: boolean): UnitPart {
  const texts: Buffer[] = []
  const changes = plan.changes.map((change) => {
    if (!hasText(change)) return change
    texts.push(change.text)
    return { ...change, text: change.text.length }
  })
  return { id, texts: joined(texts), plan: JSON.stringify({ ...plan, changes }), last }
}

/** The texts behind each other in a buffer of their own, which the message hands over. */
function joined(texts: Buffer[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0))
  let at = 0
  for (const text of texts) {
    all.set(text, at)
    at += text.length
  }
  return all
}
