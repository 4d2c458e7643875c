import type { AuditChainHead, ChainedRecord } from '../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import { auditKey } from '../../resources/store/audit-key.ts'
import { keysInText } from './codec.ts'
import { AuditFault, type FaultKind } from './fault.ts'

/** How far a chain is known to be whole. */
export type Point = Pick<AuditChainHead, 'number' | 'hash'>

/** Where every chain begins. */
export const BEGINNING: Point = { number: 0, hash: NO_HASH }

/** How far each chain is known to be whole, as its records are read one after the other. */
export class Reached {
  private readonly points: Map<string, Point>

  constructor(points: Iterable<readonly [string, Point]> = []) {
    this.points = new Map(points)
  }

  of(chain: string): Point {
    return this.points.get(chain) ?? BEGINNING
  }

  set(chain: string, { number, hash }: Point): void {
    this.points.set(chain, { number, hash })
  }

  /** Goes on to the next record of a chain. Throws AuditFault unless it is that; `near` are records around it. */
  advance(record: ChainedRecord, near: readonly ChainedRecord[] = []): void {
    demandNext(this.of(record.chain), record, near)
    this.set(record.chain, record)
  }
}

function demandNext(before: Point, record: ChainedRecord, near: readonly ChainedRecord[]): void {
  const { chain, number, key } = record
  const due = before.number + 1
  if (number !== due) {
    const elsewhere = number < due || near.some((one) => one.number === due)
    throw elsewhere
      ? faultAt(
          { ...record, number: due },
          'reordered',
          `Record ${due} of chain ${chain} is not in its place: record ${number} (${key}) is.`,
        )
      : new AuditFault({
          kind: 'missing',
          chain,
          number: due,
          told: `Record ${due} of chain ${chain} is missing: ${number} (${key}) follows ${before.number}.`,
        })
  }
  if (recordHash(before.hash, record) !== record.hash) throw faultOf(before, record, near)
  if (key !== auditKey(record))
    throw faultAt(record, 'changed', `Record ${number} of chain ${chain} has another key: ${key}.`)
}

function faultOf(before: Point, record: ChainedRecord, near: readonly ChainedRecord[]): AuditFault {
  const { chain, number, key } = record
  const name = `Record ${number} of chain ${chain} (${key})`
  const indexed = fingerprintsIn(record.text)
  if (indexed && recordHash(before.hash, { ...record, indexed }) === record.hash) {
    return faultAt(record, 'index', `${name} is not found by what it was written to be found by.`)
  }
  const isMoved = near.some(
    (one, at) => at > 0 && recordHash(near[at - 1]!.hash, { ...record, number: one.number }) === record.hash,
  )
  if (isMoved) return faultAt(record, 'reordered', `${name} was written at another place.`)
  return faultAt(record, 'changed', `${name} is not as it was written.`)
}

function fingerprintsIn(text: string): string[] | undefined {
  try {
    return fingerprints(keysInText(text))
  } catch {
    return undefined
  }
}

function faultAt({ chain, number, key }: ChainedRecord, kind: FaultKind, told: string): AuditFault {
  return new AuditFault({ kind, chain, number, key, told })
}
