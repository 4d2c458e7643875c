import type { Searcher } from '../../../search/searcher.ts'
import { Directory } from '../directory.ts'
import { Explainer } from '../explanation.ts'
import { PatientRecord } from '../patient-record.ts'
import type { ReadingContext } from '../record-reading.ts'
import { ASKED } from './chart.ts'
import { RecentlyUsed } from './recently-used.ts'
import type { Asked, Reasons } from './screen.ts'

/** Patients of whom is known at a time who has to do with them: some kilobytes each. */
const KNOWN = 4_000

/** What the record says of why somebody had access (`../explanation.ts`), read for many patients at a time. */
export class RecordReasons implements Reasons {
  private readonly searcher: Searcher
  private readonly context: ReadingContext
  private readonly directory: Directory
  private readonly explainers = new RecentlyUsed<string, Explainer>(KNOWN)

  constructor(searcher: Searcher, context: ReadingContext) {
    this.searcher = searcher
    this.context = context
    this.directory = new Directory(searcher, context)
  }

  async explain(asked: readonly Asked[]): Promise<(string | undefined)[]> {
    const byPatient = Map.groupBy(asked.keys(), (at) => asked[at]!.patient)
    const reasons: (string | undefined)[] = Array.from({ length: asked.length })
    const patients = [...byPatient.keys()]
    for (let from = 0; from < patients.length; from += ASKED) {
      const some = patients.slice(from, from + ASKED)
      const explainers = await this.explainersOf(some)
      for (const patient of some) {
        for (const at of byPatient.get(patient)!) {
          const { deed } = asked[at]!
          reasons[at] = explainers.get(patient)!.why(deed, await this.directory.of(deed.agent))?.reason
        }
      }
    }
    return reasons
  }

  private async explainersOf(patients: readonly string[]): Promise<Map<string, Explainer>> {
    const found = new Map<string, Explainer>()
    for (const patient of patients) {
      const known = this.explainers.get(patient)
      if (known) found.set(patient, known)
    }
    const missing = patients.filter((patient) => !found.has(patient))
    if (missing.length === 0) return found
    for (const [patient, record] of await PatientRecord.loadAll(missing, this.searcher, this.context)) {
      const explainer = new Explainer(patient, record)
      this.explainers.set(patient, explainer)
      found.set(patient, explainer)
    }
    return found
  }
}
