import type { Searcher } from '../../search/searcher.ts'
import { type AccessRow, isLabelled, rowOf } from './access-row.ts'
import { Directory, type KnownAgent } from './directory.ts'
import { Explainer, type Explanation } from './explanation.ts'
import { PatientRecord } from './patient-record.ts'
import type { ReadingContext } from './record-reading.ts'
import { type WalkSources, walk } from './walk.ts'

/** What reports are made from. */
export interface ReportSources extends ReadingContext, WalkSources {
  searcher: Searcher
}

/** The time that a report is of: recorded at or after, and before, in ms since 1970. */
export interface ReportPeriod {
  from: number | undefined
  to: number
}

/** An access with who it was and why. */
export interface ExplainedRow extends AccessRow {
  who: KnownAgent
  /** Undefined of one that is unexplained. */
  why: Explanation | undefined
}

/** Rows that are kept for the second half, lest the log be read twice. */
const MOST_KEPT = 2_000

/** All accesses to one patient's record in a period, each with who and why: the unexplained ones first, each half latest first. */
export class AccessReport {
  readonly counts = { all: 0, unexplained: 0 }
  private readonly patient: string
  private readonly period: ReportPeriod
  private readonly sources: ReportSources
  private readonly directory: Directory
  readonly isForOffice: boolean

  /** `isForOffice`: for who may search the whole log; else for the patient, without what is labelled. */
  constructor(patient: string, period: ReportPeriod, sources: ReportSources, isForOffice: boolean) {
    this.isForOffice = isForOffice
    this.patient = patient
    this.period = period
    this.sources = sources
    this.directory = new Directory(sources.searcher, sources)
  }

  /**
   * To be walked once. The log is gone through for those that are unexplained; the others are kept, a bounded number of them, or
   * else looked for in a second walk.
   */
  async *rows(): AsyncGenerator<ExplainedRow, void, undefined> {
    const explainer = new Explainer(this.patient, await this.record())
    let kept: ExplainedRow[] | undefined = []
    for await (const row of this.explained(explainer)) {
      this.counts.all++
      if (!row.why) {
        this.counts.unexplained++
        yield row
      } else if (kept && kept.length < MOST_KEPT) kept.push(row)
      else kept = undefined
    }
    if (kept) {
      yield* kept
      return
    }
    for await (const row of this.explained(explainer)) if (row.why) yield row
  }

  private record(): Promise<PatientRecord> {
    return PatientRecord.load(this.patient, this.sources.searcher, this.sources)
  }

  private async *explained(explainer: Explainer): AsyncGenerator<ExplainedRow> {
    const { from, to } = this.period
    const asked = { patients: [this.patient], ...(from === undefined ? {} : { from }), to, descending: true }
    for await (const deed of walk(asked, this.sources)) {
      if (!this.isForOffice && isLabelled(deed)) continue
      const row = rowOf(deed, this.sources, this.patient)
      const who = await this.directory.of(row.agent)
      yield { ...row, who, why: explainer.why(row, who) }
    }
  }
}
