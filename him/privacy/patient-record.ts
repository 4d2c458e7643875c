import type { Resource } from '@medplum/fhirtypes'
import { systemAccess } from '../../auth/access.ts'
import { patientsOf } from '../../auth/audit/subjects.ts'
import { Pace } from '../../resources/pace.ts'
import type { Expression } from '../../search/expression.ts'
import type { LiveVersion, Searcher } from '../../search/searcher.ts'
import { REASON_TYPES, REASONS, WINDOWS } from './reasons/all.ts'
import { type Reading, type Tie, tiesOf } from './reasons/reason.ts'
import type { ReadingContext } from './record-reading.ts'

/** That a reason holds for somebody: from the first day up to the last, as days since 1970 (UTC). */
export interface Held {
  from: number
  to: number
  /** The resource that says so: `Encounter/1` */
  source: string
}

const DAY = 86_400_000

/** Resources of a page. */
const PAGE = 500

/** The record is looked at whole, whoever asks: what is told of it is who has to do with the patient, and why. */
const { s: EVERYTHING } = systemAccess('explanation of accesses').may

/**
 * Who has to do with a patient, by what the patient's record says now. Of the record itself nothing is kept. What was looked at
 * several times on one day is kept once, so that it grows with people and days, not with resources.
 */
export class PatientRecord {
  /** By name (`Practitioner/1`) and code of the reason. */
  private readonly held = new Map<string, Map<string, Map<string, Held>>>()

  /** Reads the record of a patient; the resources of one page are in memory at a time. */
  static async load(patient: string, searcher: Searcher, context: ReadingContext): Promise<PatientRecord> {
    const records = await PatientRecord.loadAll([patient], searcher, context)
    return records.get(patient)!
  }

  /** The same of several patients, in as many searches as one takes; a few hundred at the most. */
  static async loadAll(
    patients: readonly string[],
    searcher: Searcher,
    context: ReadingContext,
  ): Promise<Map<string, PatientRecord>> {
    const records = new Map(patients.map((patient) => [patient, new PatientRecord()]))
    const pace = new Pace()
    const named: Reading['named'] = new Map()
    for (const type of REASON_TYPES) {
      for await (const version of versionsOf(type, patients, searcher)) {
        const about = patients.length === 1 ? patients : patientsOf(type, version.text, context.baseUrl)
        const reading = { ...context, named, written: version.lastUpdated }
        for (const patient of about) records.get(patient)?.add(version, reading)
        if (pace.due) await pace.rest()
      }
    }
    return records
  }

  /** Where a reason holds for one of these names; in no order. */
  *of(name: string, reason: string): Iterable<Held> {
    yield* this.held.get(name)?.get(reason)?.values() ?? []
  }

  /** Whether the record says anything of this name. */
  knows(name: string): boolean {
    return this.held.has(name)
  }

  private add({ type, id, text }: LiveVersion, reading: Reading): void {
    const resource = JSON.parse(text.toString()) as Resource
    for (const reason of REASONS) {
      for (const tie of tiesOf(reason, resource, reading)) this.hold(reason.code, tie, `${type}/${id}`)
    }
  }

  private hold(reason: string, { who, from, to }: Tie, source: string): void {
    const { before, after } = WINDOWS[reason]!
    const first = from === undefined ? Number.NEGATIVE_INFINITY : Math.floor(from / DAY) - before
    // `to` is the first moment behind it, or the moment itself.
    const last =
      to === undefined ? Number.POSITIVE_INFINITY : Math.floor(Math.max(to - 1, from ?? to - 1) / DAY) + after
    for (const name of who) {
      const reasons = this.held.get(name) ?? new Map<string, Map<string, Held>>()
      this.held.set(name, reasons)
      const spans = reasons.get(reason) ?? new Map<string, Held>()
      reasons.set(reason, spans)
      const key = `${first} ${last}`
      if (!spans.has(key)) spans.set(key, { from: first, to: last, source })
    }
  }
}

async function* versionsOf(type: string, patients: readonly string[], searcher: Searcher): AsyncGenerator<LiveVersion> {
  let from: string | undefined
  for (;;) {
    const search = { type, where: ofPatients(type, patients), restriction: EVERYTHING }
    const { found, more } = await searcher.find(search, PAGE, from)
    if (found.length > 0) yield* await searcher.versions(found)
    from = found.at(-1)?.position
    if (!more || from === undefined) return
  }
}

function ofPatients(type: string, patients: readonly string[]): Expression {
  if (type === 'Patient') return { kind: 'id', ids: [...patients] }
  const targets = patients.map((id) => ({ type: 'Patient', id }))
  return { kind: 'reference', param: 'patient', targets, bare: { types: [], ids: [] }, uris: [] }
}
