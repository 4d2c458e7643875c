import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteStore } from '../resources/store/sqlite/store.ts'
import { UTC } from '../resources/zone.ts'
import { ParameterRegistry } from '../search/parameters.ts'
import { parseCriteria } from '../search/parse.ts'
import { parseQuery } from '../search/query.ts'
import { SqliteSearcher } from '../search/sqlite/searcher.ts'
import { SearcherWithLog } from '../server/audit-events/searcher.ts'
import { fillLog, numbersFrom, PATIENTS } from './audit-log.ts'
import { machineFacts, median, percentile } from './machine.ts'
import { printTable, type Row } from './table.ts'

const EVENTS = Number(process.argv[2] ?? 2_000_000)
const RUNS = 25
const COUNT = 50
const MOST = 60_000
const place = { baseUrl: 'http://127.0.0.1:8080/fhir', parameters: new ParameterRegistry(), zone: UTC }
const EVERYTHING = { byType: {}, others: { kind: 'all' } } as const

const below = numbersFrom(9)

/** Each search with other values, so that no page of the disk is always at hand. */
const searches = (began: number): [what: string, query: () => string][] => {
  const since = () => `date=ge${new Date(began + below(Date.now() - began)).toISOString()}`
  return [
    ['patient', () => `patient=Patient/p${below(PATIENTS)}`],
    ['patient and time', () => `patient=Patient/p${below(PATIENTS)}&${since()}`],
    ['agent', () => `agent=Practitioner/u${below(2_000)}`],
    ['agent and time', () => `agent=Practitioner/u${below(2_000)}&${since()}`],
    ['agent and patient', () => `agent=Practitioner/u${below(2_000)}&patient=Patient/p${below(PATIENTS)}`],
    ['entity', () => `entity=Observation/o${below(5_000_000)}`],
    ['action C', () => 'action=C'],
    ['action D (there is none)', () => 'action=D'],
    ['outcome 4', () => 'outcome=4'],
    ['agent and outcome 4', () => `agent=Practitioner/u${below(2_000)}&outcome=4`],
    ['purpose HPAYMT', () => 'purpose=HPAYMT'],
    ['purpose ETREAT', () => 'purpose=ETREAT'],
    ['request id', () => `request-id=r-${below(Math.floor(EVENTS / 2))}`],
    ['newest', () => ''],
    ['time', since],
    ['address and time', () => `address=10.1.${below(8)}.${below(250)}&${since()}`],
  ]
}

/** How long pages of the audit log take, the first of each search, with the text of its events. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? process.cwd(), 'audit-bench-'))
  const store = await SqliteStore.open(folder)
  try {
    const began = Date.now()
    await fillLog(store, EVENTS, (made) => process.stderr.write(`\r${made} events`))
    process.stderr.write(`\rfilled in ${Math.round((Date.now() - began) / 1000)} s\n`)
    // What is not indexed yet is waited for.
    await store.audit.find({ keys: [['e nothing']] }, 1)
    const searcher = new SearcherWithLog(new SqliteSearcher(store, MOST), store.audit, place, MOST)
    const rows: Row[] = []
    for (const [what, query] of searches(began)) {
      rows.push(await measured(what, query, searcher))
      process.stderr.write(`${what}: ${rows.at(-1)!.value}\n`)
    }
    console.log(machineFacts(folder).join('\n'))
    console.log(`${EVENTS} events, ${Math.round(bytesIn(folder) / 2 ** 20)} MiB\n`)
    console.log(printTable(rows))
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

/** By the clock, and by what the processor worked, which is the same on a machine that is busy with something else. */
async function measured(what: string, query: () => string, searcher: SearcherWithLog): Promise<Row> {
  const times: number[] = []
  let found = 0
  const work = process.threadCpuUsage()
  for (let run = 0; run < RUNS; run++) {
    const where = parseCriteria('AuditEvent', parseQuery(query()), place).expression
    const start = performance.now()
    const page = await searcher.find({ type: 'AuditEvent', where, restriction: EVERYTHING }, COUNT)
    await searcher.versions(page.found)
    times.push(performance.now() - start)
    found += page.found.length
  }
  const { user, system } = process.threadCpuUsage(work)
  const worked = (user + system) / 1000 / RUNS
  const value = `${worked.toFixed(1)} ms of work, ${median(times).toFixed(1)} ms, 9 of 10 under ${percentile(times, 0.9).toFixed(1)} ms (${Math.round(found / RUNS)} found)`
  return { what, value, aim: 'a few ms' }
}

await main()
