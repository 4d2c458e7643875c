import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { encodeDeed } from '../../../auth/audit/codec.ts'
import { AccessReport } from '../../../him/privacy/access-report.ts'
import { accessSheet } from '../../../him/privacy/access-sheet.ts'
import { formatted, SHEET_FORMATS } from '../../../him/sheet/formats.ts'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { AuditLog, AuditQuery, AuditRecord } from '../../../resources/store/audit.ts'
import { UTC } from '../../../resources/zone.ts'
import type { Searcher } from '../../../search/searcher.ts'
import { reading } from '../../support/deeds.ts'
import { openStore } from '../../support/stores.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** How many accesses, by form: what is made of one is the same for all. */
const RECORDS = { json: 100_000, csv: 20_000, html: 20_000 }

/** A log of as many records of one patient, each made when it is asked for. */
class LongLog {
  asked = 0
  private readonly length: number
  private readonly explained: number

  /** One of so many accesses is a system's, and explained. */
  constructor(length: number, explained = 10) {
    this.length = length
    this.explained = explained
  }

  async find({ after = '~', descending }: AuditQuery, count: number): Promise<AuditRecord[]> {
    if (!descending) throw new Error('asked otherwise')
    this.asked++
    const first = after === '~' ? this.length : Number(after) - 1
    return Array.from({ length: Math.min(count, first) }, (_, at) => recordOf(first - at, this.explained))
  }
}

function sourcesOf(searcher: Searcher, log: LongLog, signal = new AbortController().signal) {
  return { searcher, audit: log as unknown as AuditLog, baseUrl: 'http://localhost/fhir', zone: UTC, signal }
}

function recordOf(number: number, explained: number): AuditRecord {
  const at = new Date(1_700_000_000_000 + number * 1000)
  const agent = number % explained === 0 ? { client: 'warehouse' } : { user: `Practitioner/${number % 500}` }
  const [entry] = encodeDeed(reading('', 'p', at.toISOString(), { agent }))
  const key = String(number).padStart(12, '0')
  return { key, recorded: at.getTime(), text: entry!.text, outcomes: [], chain: 'a', number, hash: '' }
}

for (const format of SHEET_FORMATS) {
  const length = RECORDS[format]
  t.test(`${length} accesses as ${format}: all of them, in the memory of a page`, async (t) => {
    const { searcher } = await openStore(t)
    const log = new LongLog(length)
    const sources = sourcesOf(searcher, log)
    const period = { from: undefined, to: Date.now() }
    const report = new AccessReport('p', period, sources, true)
    let [bytes, rows, most] = [0, 0, 0]
    collect()
    const before = process.memoryUsage().heapUsed
    for await (const piece of formatted(accessSheet('p', period, report), format, 'x').chunks) {
      bytes += piece.length
      if (++rows % 10_000 > 0) continue
      collect()
      most = Math.max(most, process.memoryUsage().heapUsed - before)
    }
    t.match(report.counts, { all: length, unexplained: length * 0.9 })
    t.ok(rows >= length)
    t.ok(bytes > 100 * length, `${bytes} bytes`)
    t.ok(most < 8 * 1024 * 1024, `${most} bytes at the most, of what is made`)
  })
}

t.test('no more of the log is asked for than what is taken, and nothing any more when the rest is left', async (t) => {
  const { searcher } = await openStore(t)
  const log = new LongLog(1_000)
  const sources = sourcesOf(searcher, log)
  const rows = new AccessReport('p', { from: undefined, to: Date.now() }, sources, true).rows()
  for (let taken = 0; taken < 10; taken++) await rows.next()
  t.equal(log.asked, 1)
  await rows.return()
  t.match(await rows.next(), { done: true })
  t.equal(log.asked, 1)
})

t.test('a walk that gives nothing ends when whoever asked has left', async (t) => {
  const { searcher } = await openStore(t)
  const log = new LongLog(1_000_000, 1)
  const leaves = new AbortController()
  const report = new AccessReport('p', { from: undefined, to: 0 }, sourcesOf(searcher, log, leaves.signal), true)
  setTimeout(() => leaves.abort(), 50)
  await t.rejects(report.rows().next(), new FhirError('timeout', []))
  t.ok(log.asked < 3_000, `${log.asked} pages`)
})
