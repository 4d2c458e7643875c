import { instantOf } from '../../resources/dates.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { ReportPeriod, ReportSources } from './access-report.ts'
import { rowOf } from './access-row.ts'
import { Directory } from './directory.ts'
import type { KnownRow } from './row-columns.ts'
import { walk } from './walk.ts'

/** Patients of whom one report tells at the most. */
const MOST_PATIENTS = 100_000

/** How often, by name. */
export type Counts = ReadonlyMap<string, number>

/** What a period of somebody's work comes to. */
export interface ActivitySummary {
  /** UTC */
  days: Counts
  /** `search-type Observation` */
  types: Counts
  /** By id. */
  patients: Counts
  total: number
}

/** What one practitioner did in a period, under whichever name: as practitioner or in one of the roles. */
export class ActivityReport {
  private readonly period: ReportPeriod
  private readonly sources: ReportSources
  private readonly directory: Directory
  private readonly agents: readonly string[]

  private constructor(agents: readonly string[], period: ReportPeriod, sources: ReportSources) {
    this.agents = agents
    this.period = period
    this.sources = sources
    this.directory = new Directory(sources.searcher, sources)
  }

  static async of(practitioner: string, period: ReportPeriod, sources: ReportSources): Promise<ActivityReport> {
    const user = `Practitioner/${practitioner}`
    const { names } = await new Directory(sources.searcher, sources).of({ user })
    const roles = names.flatMap(({ name }) => (name.startsWith('PractitionerRole/') ? [name] : []))
    return new ActivityReport([user, ...roles], period, sources)
  }

  /** Goes through the log once. Throws `too-large` where more patients are named than one report tells of. */
  async summary(): Promise<ActivitySummary> {
    const days = new Map<string, number>()
    const types = new Map<string, number>()
    const patients = new Map<string, number>()
    let total = 0
    for await (const { at, code, type, patients: about, times, further } of this.rows()) {
      for (const patient of about) count(patients, patient, times)
      if (patients.size > MOST_PATIENTS) throw tooMany()
      if (further) continue
      total++
      count(days, instantOf(at).slice(0, 10), times)
      count(types, type === undefined ? code : `${code} ${type}`, times)
    }
    return { days, types, patients, total }
  }

  /** The latest first. */
  async *rows(): AsyncGenerator<KnownRow, void, undefined> {
    const { from, to } = this.period
    const asked = { agents: this.agents, ...(from === undefined ? {} : { from }), to, descending: true }
    for await (const deed of walk(asked, this.sources)) {
      const row = rowOf(deed, this.sources)
      yield { ...row, who: await this.directory.of(row.agent) }
    }
  }
}

function count(counts: Map<string, number>, name: string, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times)
}

function tooMany(): FhirError {
  const words = `This tells of more than ${MOST_PATIENTS} patients; ask for a shorter time.`
  return FhirError.of('too-large', words, { code: 'too-costly' })
}
