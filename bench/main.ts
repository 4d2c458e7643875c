import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { accessRows } from './access.ts'
import { auditRows } from './audit/cost.ts'
import { besideWrites } from './beside.ts'
import { readRate } from './client.ts'
import { readSample, type Sample } from './data.ts'
import { measureHospital } from './hospital/measure.ts'
import { type HospitalSize, YEAR } from './hospital/size.ts'
import { diskBytes, ingest, loadFirst, readsWhileLoading } from './ingest.ts'
import { machineFacts, median } from './machine.ts'
import { measureMongo } from './mongo/measure.ts'
import { factsOf, searchRates, searchRows } from './search.ts'
import { MeasuredServer } from './server.ts'
import { printTable, type Row } from './table.ts'
import { measureTerminology } from './terminology.ts'
import { validationRows } from './validate.ts'
import { writeRates } from './write.ts'

const RUNS = 3

/** ms after which a started server is at rest. */
const REST = 1500

const rows: Row[] = []
const add = (what: string, value: string, aim: string): void => {
  rows.push({ what, value, aim })
  process.stderr.write(`${what}: ${value}\n`)
}
const rate = (value: number) => `${Math.round(value).toLocaleString('en')}/s`

/** What the user can put right: its sentence says how. */
class WrongUse extends Error {}

/** Measures on new stores beside the project, so that the disk is the one a user would have. */
async function main(): Promise<void> {
  const url = isOnMongo() ? mongoUrl() : undefined
  const folder = mkdtempSync(join(import.meta.dirname, '..', '.bench-'))
  try {
    if (process.argv[2] === 'hospital') {
      process.stdout.write(`${machineFacts(folder).join('\n')}\n`)
      await measureHospital(join(folder, 'hospital'), hospitalSize(), add)
      process.stdout.write(`\n${printTable(rows)}\n`)
      return
    }
    if (process.argv[2] === 'terminology') {
      process.stdout.write(`${machineFacts(folder).join('\n')}\n`)
      await measureTerminology(join(folder, 'terminology'), add)
      process.stdout.write(`\n${printTable(rows)}\n`)
      return
    }
    const sample = await readSample()
    process.stdout.write(`${[...machineFacts(folder), `data: ${sample.name}; medians of ${RUNS} runs`].join('\n')}\n`)
    if (url !== undefined) await measureMongo(url, sample, ({ what, value, aim }) => add(what, value, aim))
    else if (process.argv[2] === 'search') await measureSearches(join(folder, 'search'), sample)
    else if (process.argv[2] === 'audit') rows.push(...(await auditRows(folder, sample)))
    else if (process.argv[2] === 'access') await measureAccess(join(folder, 'access'), sample)
    else {
      await measureLoads(folder, sample)
      await measureLargest(folder, sample)
      await measureReads(join(folder, `load-${RUNS - 1}`))
      await measureWrites(folder)
      rows.push(...(await accessRows(join(folder, `load-${RUNS - 1}`))))
      rows.push(...(await validationRows(sample)))
    }
    process.stdout.write(`\n${printTable(rows)}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isOnMongo(): boolean {
  const [, , option, store, ...more] = process.argv
  if (option === 'hospital' || option === 'terminology') return false
  if (more.length > 0 || (option !== undefined && !['search', 'access', 'audit', '--store'].includes(option))) {
    throw new WrongUse(
      'it takes nothing, or one of: search; access; audit; terminology; hospital; --store sqlite; --store mongodb',
    )
  }
  if (option !== '--store' || store === 'sqlite') return false
  if (store !== 'mongodb') throw new WrongUse(`--store takes sqlite or mongodb, not ${store}`)
  return true
}

/** Of the command line: how many accesses in how many days; a year of 300 beds without it. */
function hospitalSize(): HospitalSize {
  const [, , , events, days, ...more] = process.argv
  if (events === undefined) return YEAR
  const isRight = more.length === 0 && [events, days].every((text) => /^[1-9]\d{0,8}$/.test(text ?? ''))
  if (!isRight || Number(days) < 20)
    throw new WrongUse('hospital takes how many accesses, and in how many days: 20 at least')
  return { ...YEAR, events: Number(events), days: Number(days) }
}

function mongoUrl(): string {
  const { MONGODB_URL } = process.env
  if (!MONGODB_URL) throw new WrongUse('--store mongodb measures on the database that MONGODB_URL points at: set it')
  return MONGODB_URL
}

async function measureLoads(folder: string, sample: Sample): Promise<void> {
  const npm: number[] = []
  const ready: number[] = []
  const rest: number[] = []
  const rates: number[] = []
  const disk: number[] = []
  let resources = 0
  for (let run = 0; run < RUNS; run++) {
    npm.push(await readyByNpm(join(folder, `npm-${run}`)))
    const store = join(folder, `load-${run}`)
    const server = await MeasuredServer.chartroom(store)
    ready.push(server.readyAfter)
    await setTimeout(REST)
    rest.push(server.memory())
    const loaded = await ingest(server, sample)
    resources = loaded.resources
    rates.push(loaded.resources / loaded.seconds)
    await server.stop()
    disk.push(diskBytes(store) / jsonBytes(sample))
  }
  add('ready after `npm start`', `${Math.round(median(npm))} ms`, 'under 1,500 ms')
  add('of which the server itself', `${Math.round(median(ready))} ms`, '')
  add('memory at rest', `${Math.round(median(rest))} MB`, 'under 150 MB')
  add(`ingest, 4 writers (${resources} resources)`, rate(median(rates)), 'at least 5,000/s')
  add('disk, of the JSON text', `${median(disk).toFixed(2)} times`, 'at most 2.5 times')
}

/** Searches on the sample, then on ten times as much: each load makes new ids. */
async function measureSearches(store: string, sample: Sample): Promise<void> {
  const load = async (times: number) => {
    const server = await MeasuredServer.chartroom(store)
    for (let time = 0; time < times; time++) await ingest(server, sample)
    await server.stop()
  }
  await load(1)
  const small = await searchRates(store)
  await load(9)
  rows.push(...searchRows(await searchRates(store), small))
  for (const size of [10, 1]) rows.push(await besideWrites(store, factsOf(store), size))
}

async function measureAccess(store: string, sample: Sample): Promise<void> {
  const server = await MeasuredServer.chartroom(store)
  await ingest(server, sample)
  await server.stop()
  rows.push(...(await accessRows(store)))
}

async function readyByNpm(folder: string): Promise<number> {
  const server = await MeasuredServer.byNpm(folder)
  await server.stop()
  return server.readyAfter
}

/** The largest transaction alone, with 8 readers beside it. */
async function measureLargest(folder: string, sample: Sample): Promise<void> {
  const peaks: number[] = []
  const slowest: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const server = await MeasuredServer.chartroom(join(folder, `largest-${run}`))
    await setTimeout(REST)
    const path = await loadFirst(server, sample)
    server.takePeak()
    slowest.push(await readsWhileLoading(server, sample, path))
    peaks.push(server.takePeak())
    await server.stop()
  }
  const size = `${(sample.largest.length / 1e6).toFixed(1)} MB`
  add(`memory while the largest transaction loads (${size})`, `${Math.round(median(peaks))} MB`, 'at most 600 MB')
  add('reads meanwhile, 99th percentile', `${median(slowest).toFixed(1)} ms`, 'under 50 ms')
}

function jsonBytes(sample: Sample): number {
  return [...sample.first, ...sample.others].reduce((sum, bundle) => sum + bundle.length, 0)
}

async function measureReads(folder: string): Promise<void> {
  const paths = await somePaths(folder)
  const ours: number[] = []
  const bares: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const server = await MeasuredServer.chartroom(folder)
    await readRate(server.url, paths)
    ours.push(await readRate(server.url, paths))
    await server.stop()
    const bare = await MeasuredServer.bare(folder)
    await readRate(bare.url, paths)
    bares.push(await readRate(bare.url, paths))
    await bare.stop()
  }
  add('read by id, 8 connections', rate(median(ours)), 'more than 12,600/s')
  add('the same by a bare Fastify route', rate(median(bares)), 'the limit')
  add(
    'share of the limit',
    `${Math.round(median(ours.map((value, at) => value / bares[at]!)) * 100)} %`,
    'at least 50 %',
  )
}

async function somePaths(folder: string): Promise<string[]> {
  const server = await MeasuredServer.chartroom(folder)
  const response = await fetch(`${server.url}/fhir/Observation?_count=200&_elements=id`)
  const { entry } = (await response.json()) as { entry: { resource: { id: string } }[] }
  await server.stop()
  return entry.map(({ resource }) => `/fhir/Observation/${resource.id}`)
}

async function measureWrites(folder: string): Promise<void> {
  const rates: { create: number; update: number }[] = []
  for (let run = 0; run < RUNS; run++) {
    const server = await MeasuredServer.chartroom(join(folder, `write-${run}`))
    rates.push(await writeRates(server))
    await server.stop()
  }
  add('create, 8 writers', rate(median(rates.map(({ create }) => create))), 'at least 3,000/s')
  add('update, 8 writers', rate(median(rates.map(({ update }) => update))), 'at least 3,000/s')
}

main().catch((error: unknown) => {
  const known = error instanceof WrongUse
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
