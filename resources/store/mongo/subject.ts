import { stamped } from '../../json/stamp.ts'
import { CommitRefused, type Method, type Outcome } from '../port.ts'
import type { IndexFacts, ResourceDocument, VersionDocument } from './document.ts'
import type { Prepared, PreparedInside } from './prepare.ts'

/** The last moment that a FHIR instant can name: the end of the year 9999. */
const LAST_INSTANT = Date.UTC(10_000, 0, 1) - 1

/** What must be known of a resource to change it; a deleted one has a head too. */
export type Head = Pick<ResourceDocument, '_id' | 'v' | 't' | 'live' | 'bytes' | 'holds'>

/** What a resource is found by, and what it contains. */
export interface Found {
  facts: IndexFacts
  inside: readonly PreparedInside[]
}

/** A resource while the changes of a unit are applied to it, one after the other. */
export class Subject {
  readonly type: string
  readonly id: string
  /** As the database has it; undefined when there never was one. */
  readonly head: Head | undefined
  /** Versions that the changes make, in their order. */
  readonly versions: VersionDocument[] = []
  /** As the changes leave it; undefined when they leave it as it is. */
  found: Found | undefined

  constructor(type: string, id: string, head: Head | undefined) {
    this.type = type
    this.id = id
    this.head = head
  }

  /** Applies the change at a place of the unit; `now` in ms. Throws CommitRefused when its expectation does not hold. */
  apply(change: Prepared, at: number, now: number): Outcome {
    const { v, live } = this.current
    const { expect } = change
    if (expect === 'absent' ? live : expect && (!live || v !== expect.version)) {
      const reason = typeof expect === 'object' && expect.retry ? 'outdated' : 'expectation'
      throw new CommitRefused(reason, at, live ? v : 0)
    }
    if (change.kind === 'write') return this.write(change, at, now)
    if (change.kind === 'delete') return live ? this.delete(at, now) : { version: v, lastUpdated: now, created: false }
    if (live && v === change.version) this.found = change
    return { version: v, lastUpdated: now, created: false }
  }

  /** The version that is current by now; version 0 when there is none. */
  get current(): Omit<Head, '_id' | 'holds'> {
    const last = this.versions.at(-1)
    if (!last) return this.head ?? { v: 0, t: 0, live: false, bytes: 0 }
    return { v: last.v, t: last.t, live: last.text !== undefined, bytes: last.text?.length ?? 0 }
  }

  private write(change: Extract<Prepared, { kind: 'write' }>, at: number, now: number): Outcome {
    const { live } = this.current
    const { v, t } = this.add(change.method, at, now, (v, t) => stamped(change.text, change.metaAt, v, t))
    this.found = change
    return { version: v, lastUpdated: t, created: !live }
  }

  private delete(at: number, now: number): Outcome {
    const { v, t } = this.add('DELETE', at, now)
    this.found = { facts: {}, inside: [] }
    return { version: v, lastUpdated: t, created: false }
  }

  private add(m: Method, n: number, now: number, textOf?: (v: number, t: number) => Buffer): VersionDocument {
    const { type, id, current } = this
    const v = current.v + 1
    // Behind the one before it, whatever the clocks of several machines say.
    const t = Math.min(Math.max(now, current.t + 1), LAST_INSTANT)
    const last = this.versions.at(-1)
    if (last) last.until = t
    const created = textOf !== undefined && !current.live
    const text = textOf ? { text: textOf(v, t) } : {}
    const version: VersionDocument = { _id: `${type}/${id}/${v}`, type, id, v, t, n, m, created, ...text }
    this.versions.push(version)
    return version
  }
}
