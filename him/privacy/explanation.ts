import type { DeedAgent, DeedKind } from '../../auth/audit/deed.ts'
import type { KnownAgent } from './directory.ts'
import type { Held, PatientRecord } from './patient-record.ts'
import { REASONS } from './reasons/all.ts'
import type { Span } from './record-reading.ts'

/** An access as far as its explanation depends on it. */
export interface ExplainedAccess {
  /** ms since 1970 */
  at: number
  kind: DeedKind
  code: string
  /** Type that was asked of. */
  type?: string
  agent: DeedAgent
}

/** Why somebody may have looked at a record. */
export interface Explanation {
  /** Code of a reason, or `own-record`, `audit-review`, `system-job`. */
  reason: string
  /** For people. */
  words: string
  /** What in the record says so: `Encounter/1` */
  source?: string
}

const OWN: Explanation = { reason: 'own-record', words: 'the patient, or who stands for the patient' }
const REVIEW: Explanation = { reason: 'audit-review', words: 'review of the audit log' }
const JOB: Explanation = { reason: 'system-job', words: 'a system, for no user' }

/** Operations that show the log of accesses and no record. */
const REVIEWS: ReadonlySet<string> = new Set([
  'access-report',
  'activity-report',
  'disclosures',
  'screen',
  'verify',
  'counts',
])

/** What chartroom does by itself. While AUTH is off nobody is told from anybody: that is no reason. */
const SYSTEMS: ReadonlySet<string> = new Set(['server', 'cli', 'demo'])

const DAY = 86_400_000

/**
 * Explains accesses to one patient's record by what that record says (Fabbri and LeFevre, "Explanation-based auditing", PVLDB 5
 * (2011)): who looks at a record for work has left a trace of that work in it.
 */
export class Explainer {
  private readonly patient: string
  private readonly record: PatientRecord
  /** By agent and day: ties hold for whole days. */
  private readonly known = new WeakMap<KnownAgent, Map<number, Explanation | undefined>>()

  constructor(patient: string, record: PatientRecord) {
    this.patient = patient
    this.record = record
  }

  /** The first reason there is; undefined where an access is unexplained. */
  why(access: ExplainedAccess, who: KnownAgent): Explanation | undefined {
    if (who.own.has(this.patient)) return OWN
    if (isReview(access)) return REVIEW
    return this.byRecord(Math.floor(access.at / DAY), who) ?? (isJob(access.agent) ? JOB : undefined)
  }

  private byRecord(day: number, who: KnownAgent): Explanation | undefined {
    const days = this.known.get(who) ?? new Map<number, Explanation | undefined>()
    this.known.set(who, days)
    if (!days.has(day)) days.set(day, this.look(day, who))
    return days.get(day)
  }

  private look(day: number, { names }: KnownAgent): Explanation | undefined {
    const now = names.filter((one) => isOn(one, day) && this.record.knows(one.name))
    for (const { code, words } of now.length > 0 ? REASONS : []) {
      for (const { name } of now) {
        const held = nearest(this.record.of(name, code), day)
        if (held) return { reason: code, words, source: held.source }
      }
    }
    return undefined
  }
}

/** Of what holds on a day, what ends last: what is under way, rather than what was. */
function nearest(all: Iterable<Held>, day: number): Held | undefined {
  let found: Held | undefined
  for (const held of all) {
    if (held.from <= day && day <= held.to && (!found || held.to > found.to)) found = held
  }
  return found
}

function isReview({ kind, code, type }: ExplainedAccess): boolean {
  return (kind === 'operation' && REVIEWS.has(code)) || (kind === 'rest' && type === 'AuditEvent')
}

/** Whoever nobody knows is no system of ours, nor is one that works for an organization: that has to have a reason. */
function isJob({ user, organization, system, client }: DeedAgent): boolean {
  if (user !== undefined || organization !== undefined) return false
  return system === undefined ? client !== undefined : SYSTEMS.has(system)
}

function isOn({ from, to }: Span, day: number): boolean {
  return (from === undefined || from < (day + 1) * DAY) && (to === undefined || to > day * DAY)
}
