import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { readRate } from '../client.ts'
import type { Sample } from '../data.ts'
import { ingest } from '../ingest.ts'
import { median } from '../machine.ts'
import { factsOf } from '../search.ts'
import { MeasuredServer } from '../server.ts'
import type { Row } from '../table.ts'

const RUNS = 7
const INGEST_RUNS = 3

/** Seconds of one measurement, and of the warm-up. */
const SECONDS = 2
const WARM_UP = 4

const WAYS = ['without', 'full', 'second'] as const
type Way = (typeof WAYS)[number]

/** What is asked, by how many connections, and the share of the rate without that full durability should reach. */
const LOADS = [
  { what: 'read by id', connections: 8, aim: 30 },
  { what: 'read by id', connections: 64, aim: 45 },
  { what: 'search by patient', connections: 8, aim: undefined },
] as const

/**
 * What the audit log costs: reads, searches and ingest by a server that puts all on record, and by one that does not. They are
 * asked in turn, on copies of one store, so that what the machine does meanwhile hits both.
 */
export async function auditRows(folder: string, sample: Sample): Promise<Row[]> {
  const store = join(folder, 'loaded')
  const loaded = await start('without', store)
  await ingest(loaded, sample)
  await loaded.stop()
  return [...(await readRows(store)), await ingestRow(folder, sample)]
}

function start(way: Way, folder: string): Promise<MeasuredServer> {
  return way === 'without'
    ? MeasuredServer.withoutAudit(folder)
    : MeasuredServer.chartroom(folder, { CHARTROOM_AUDIT: way })
}

async function readRows(store: string): Promise<Row[]> {
  const patient = factsOf(store).patients[0]!
  const servers: MeasuredServer[] = []
  for (const way of WAYS) {
    cpSync(store, `${store}-${way}`, { recursive: true })
    servers.push(await start(way, `${store}-${way}`))
  }
  const pathOf = (what: string) =>
    what === 'read by id' ? `/fhir/Patient/${patient}` : `/fhir/Condition?patient=${patient}`
  for (const server of servers)
    await readRate(
      server.url,
      LOADS.map(({ what }) => pathOf(what)),
      { seconds: WARM_UP },
    )
  const rows: Row[] = []
  for (const { what, connections, aim } of LOADS) {
    const rates: number[][] = WAYS.map(() => [])
    for (let run = 0; run < RUNS; run++) {
      for (const [at, server] of servers.entries()) {
        rates[at]!.push(await readRate(server.url, [pathOf(what)], { seconds: SECONDS, connections }))
      }
    }
    const told = WAYS.map(
      (way, at) => `${way} ${rateOf(rates[at]!)}${at === 0 ? '' : `, ${shareOf(rates[at]!, rates[0]!)} %`}`,
    )
    rows.push({
      what: `${what}, ${connections} connections: audit`,
      value: told.join('; '),
      aim: aim === undefined ? '' : `full: at least ${aim} %`,
    })
  }
  for (const server of servers) await server.stop()
  return rows
}

async function ingestRow(folder: string, sample: Sample): Promise<Row> {
  const rates: Record<'without' | 'full', number[]> = { without: [], full: [] }
  for (let run = 0; run < INGEST_RUNS; run++) {
    for (const way of ['without', 'full'] as const) {
      const server = await start(way, join(folder, `ingest-${way}-${run}`))
      const { resources, seconds } = await ingest(server, sample)
      rates[way].push(resources / seconds)
      await server.stop()
    }
  }
  return {
    what: 'ingest, 4 writers: audit',
    value: `without ${rateOf(rates.without)}; full ${rateOf(rates.full)}, ${shareOf(rates.full, rates.without)} %`,
    aim: 'at least 75 %',
  }
}

function rateOf(rates: readonly number[]): string {
  return `${Math.round(median(rates)).toLocaleString('en')}/s`
}

function shareOf(rates: readonly number[], base: readonly number[]): number {
  return Math.round(median(rates.map((rate, run) => rate / base[run]!)) * 100)
}
