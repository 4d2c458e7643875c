import { systemAccess } from '../../auth/access.ts'
import { AuditTrail } from '../../auth/audit/trail.ts'
import type { Finding } from '../../him/findings.ts'
import { Chart } from '../../him/privacy/screen/chart.ts'
import { People } from '../../him/privacy/screen/people.ts'
import { RecordReasons } from '../../him/privacy/screen/reasons.ts'
import { SHIPPED_RULES } from '../../him/privacy/screen/rules.ts'
import { Screen, type Share } from '../../him/privacy/screen/screen.ts'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { UTC } from '../../resources/zone.ts'
import { SqliteSearcher } from '../../search/sqlite/searcher.ts'
import { diskBytes } from '../ingest.ts'
import { median } from '../machine.ts'
import { MeasuredServer } from '../server.ts'
import { Draw } from './draw.ts'
import { Hospital } from './hospital.ts'
import { loadResources } from './load.ts'
import { recordsOf, restoreRecords } from './records.ts'
import { resourcesOf } from './resources.ts'
import { precision, recall, type Score, scores } from './score.ts'
import { DAY, type HospitalSize, startOf } from './size.ts'

const BASE = 'http://127.0.0.1:8080/fhir'

/** ms that a search may take. */
const MOST = 30_000

/** Patients whose report is asked for. */
const REPORTS = 41

type Add = (what: string, value: string, aim: string) => void

/** Makes the hospital in a folder, screens its log, and tells how well that went. */
export async function measureHospital(folder: string, size: HospitalSize, add: Add): Promise<void> {
  const hospital = await made(folder, size, add)
  const { findings, share } = await screened(folder, size, add)
  add('accesses explained (a user, a patient, a day)', percent(share.explained / share.looks), '')
  const all = scores(findings, hospital.cases)
  for (const score of all) add(...told(score, score.rule === 'all' ? 'all rules' : `rule ${score.rule}`))
  const grave = findings.filter(({ severity }) => severity !== 'information')
  add(...told(scores(grave, hospital.cases).find(({ rule }) => rule === 'all')!, 'all but information'))
  await measureReports(folder, hospital, add)
}

function told(score: Score, what: string): [string, string, string] {
  const { planted, found, findings, right } = score
  const recalled = planted === 0 ? 'none planted' : `recall ${percent(recall(score))} (${found} of ${planted})`
  return [what, `${recalled}; precision ${percent(precision(score))} (${right} of ${findings})`, '']
}

async function made(folder: string, size: HospitalSize, add: Add): Promise<Hospital> {
  const hospital = new Hospital(size)
  const store = await SqliteStore.open(folder)
  try {
    let start = performance.now()
    const events = await restoreRecords(store.archive, recordsOf(hospital.days()))
    add('accesses', `${events.toLocaleString('en')} of ${hospital.work.staff.length} users`, '')
    add('made and written in', seconds(start), '')
    // What is asked for by keys waits for the index.
    await store.audit.find({ keys: [['p nobody']] }, 1)
    add('bytes on disk for an access', String(Math.round(diskBytes(folder) / events)), 'under 600')
    start = performance.now()
    const resources = await loadResources(store, resourcesOf(hospital), { baseUrl: BASE, zone: UTC })
    add('the record behind them', `${resources.toLocaleString('en')} resources, written in ${seconds(start)}`, '')
    return hospital
  } finally {
    await store.close()
  }
}

async function screened(folder: string, size: HospitalSize, add: Add): Promise<{ findings: Finding[]; share: Share }> {
  const store = await SqliteStore.open(folder)
  const searcher = new SqliteSearcher(store, MOST)
  const [start, end] = [startOf(size), Date.parse(size.end) + DAY]
  let peak = 0
  const screen = new Screen({
    deeds: new AuditTrail(store.audit).deeds({ from: start, to: end }),
    start,
    end,
    rules: SHIPPED_RULES,
    zone: UTC,
    people: new People(new Chart(searcher, systemAccess('bench').may.s)),
    reasons: new RecordReasons(searcher, { baseUrl: BASE, zone: UTC }),
    onDay: () => {
      peak = Math.max(peak, process.memoryUsage().heapUsed)
    },
  })
  const began = performance.now()
  const findings = await screen.run()
  add(
    'screened in',
    `${seconds(began)}, heap ${Math.round(peak / 2 ** 20)} MB at the most, the hospital's own included`,
    '',
  )
  await store.close()
  return { findings, share: screen.share }
}

/** Access reports over HTTP, of patients by chance, one after the other. */
async function measureReports(folder: string, hospital: Hospital, add: Add): Promise<void> {
  const server = await MeasuredServer.chartroom(folder)
  const draw = new Draw(hospital.size.seed, 9)
  const times: number[] = []
  for (const { patient } of draw.several(hospital.visits, REPORTS)) {
    const start = performance.now()
    const response = await fetch(`${server.url}/fhir/Patient/${patient.id}/$access-report`)
    await response.text()
    if (!response.ok) throw new Error(`access report: ${response.status}`)
    times.push(performance.now() - start)
  }
  await server.stop()
  const slowest = Math.max(...times)
  add(
    `access report of one patient, median of ${times.length}`,
    `${median(times).toFixed(1)} ms (slowest ${slowest.toFixed(0)})`,
    'under 100 ms',
  )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
