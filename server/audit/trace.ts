import type { Deed, DeedPart } from '../../auth/audit/deed.ts'
import { patientsOf } from '../../auth/audit/subjects.ts'
import { ID_PATTERN } from '../../resources/references.ts'
import type { Change, StoredVersion } from '../../resources/store/port.ts'
import { printQuery, type QueryPair } from '../../search/query.ts'
import type { ResourceName } from '../../search/searcher.ts'

/** What an operation says of itself, beyond that it was asked for. */
export type Told = Pick<Deed, 'kind' | 'code' | 'reason' | 'purposes' | 'patients' | 'count'>

/** What stood where a change is made, when it was looked at. */
interface Before {
  version: number
  patients: readonly string[]
}

/**
 * What one call does, gathered while it is carried out, for its record: whoever shows a resource, or writes one, tells it
 * here. What is told of an attempt that is made anew is dropped by `restart`.
 */
export class Trace {
  /** ms since 1970, when the call began. */
  readonly at = Date.now()
  /** Whether the record was written along with what was done, or is not due: its entries have their own. */
  isRecorded = false
  /** Whether it tells of nobody, and is recorded by the minute. */
  isFolded = false
  /** `batch` or `transaction`, once it is known which. */
  bundle: 'batch' | 'transaction' = 'batch'
  /** Input of an operation, in place of the query of its URL. */
  input: readonly QueryPair[] | undefined
  told: Partial<Told> = {}
  /** Of a transaction: its entries by number, for what fails to name its own. */
  readonly entries = new Map<number, object>()
  parts: DeedPart[] = []
  /** Ids of Patients of whom a listing shows something. */
  listed = new Set<string>()
  /** How many resources a listing shows. */
  count: number | undefined
  /** Criteria of conditional writes and references: `Patient?identifier=4711` */
  criteria: string[] = []
  /** What they found: that may be told by how the write ends. */
  sought: ResourceName[] = []
  /** What is referred to in the place of criteria. */
  referred: ResourceName[] = []
  private before = new Map<Change, Before | undefined>()
  private readonly base: string

  /** `base`: the FHIR base URL of this server. */
  constructor(base: string) {
    this.base = base
  }

  /** Forgets what was done: it is all done anew. */
  restart(): void {
    this.parts = []
    this.listed = new Set()
    this.count = undefined
    this.criteria = []
    this.sought = []
    this.referred = []
    this.before = new Map()
  }

  /** A version is shown, or said to be what the client has already. */
  shows({ type, id, version, text }: StoredVersion, patients = text ? patientsOf(type, text, this.base) : []): void {
    this.parts.push({ type, id, version, patients })
  }

  /** A version is told of in the place of a write: it was there already. */
  reveals({ type, id, version, text }: StoredVersion): void {
    this.parts.push({ type, id, version, action: 'R', patients: text ? patientsOf(type, text, this.base) : [] })
  }

  /** A resource is named, whether it is there or not. */
  names(type: string, id: string): void {
    this.parts.push(nameOf(type, id))
  }

  /** A resource is added to the log: of one version. */
  adds(type: string, id: string, text: Buffer): void {
    this.parts.push({ type, id, version: 1, action: 'C', patients: patientsOf(type, text, this.base) })
  }

  /** A listing shows a resource of this text. */
  lists(type: string, text: Buffer): void {
    this.count = (this.count ?? 0) + 1
    for (const patient of patientsOf(type, text, this.base)) this.listed.add(patient)
  }

  /** Criteria were searched for, and found these. */
  seeksBy(type: string, query: readonly QueryPair[], ids: readonly string[]): void {
    this.criteria.push(`${type}?${printQuery(query)}`)
    for (const id of ids) this.sought.push({ type, id })
  }

  /** Of a change that is to be made: what stands there now. */
  finds(change: Change, { type, version, text }: StoredVersion): void {
    this.before.set(change, { version, patients: text ? patientsOf(type, text, this.base) : [] })
  }

  /** Of a change that is to be made: what stands there now has to be looked up (`findBefore`). */
  seeks(change: Change): void {
    this.before.set(change, undefined)
  }

  isSought(change: Change): boolean {
    return this.before.has(change) && this.before.get(change) === undefined
  }

  /** What `finds` was told of a change. */
  found(change: Change): Before | undefined {
    return this.before.get(change)
  }
}

/** What is known of a resource by its name alone. */
export function nameOf(type: string, id: string): DeedPart {
  return { type, id, patients: type === 'Patient' && ID_PATTERN.test(id) ? [id] : [] }
}
