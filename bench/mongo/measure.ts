import { randomBytes } from 'node:crypto'
import { BSON, MongoClient } from 'mongodb'
import { withDatabase } from '../../test/support/mongo.ts'
import { together, WritingClient } from '../client.ts'
import { demoSample, type Sample } from '../data.ts'
import { ingest } from '../ingest.ts'
import { median } from '../machine.ts'
import { MeasuredServer } from '../server.ts'
import type { Row } from '../table.ts'
import { writeRates } from '../write.ts'
import { recordCalls } from './record.ts'

const RUNS = 3
const AMOUNT = 160
const ASKED = 20

/** What is asked for; `paths` are below the FHIR base, one for each patient or code of the sample. */
interface Kind {
  name: string
  path(patient: string, code: string): string
}

const KINDS: readonly Kind[] = [
  { name: 'read by id', path: (patient) => `Patient/${patient}` },
  { name: 'search by token', path: (_, code) => `Observation?code=http://loinc.org%7C${code}` },
  {
    name: 'search by patient and code',
    path: (patient, code) => `Observation?patient=${patient}&code=http://loinc.org%7C${code}`,
  },
  { name: 'search by string', path: () => 'Patient?name=a' },
]

/** Measures the server on a database of its own at a URL; see README. Throws an Error when nobody answers there. */
export async function measureMongo(url: string, sample: Sample, add: (row: Row) => void): Promise<void> {
  const own = withDatabase(url, `chartroom-bench-${randomBytes(4).toString('hex')}`)
  const client = await new MongoClient(own).connect()
  try {
    await measureLoad(own, (await isMongo(client)) ? sample : demoSample(2), add)
    await tellSizes(client, add)
    for (const kind of KINDS) await measureKind(own, client, kind, add)
    await measureWrites(own, add)
  } finally {
    await client.db().dropDatabase()
    await client.close()
  }
}

/** A compatible server writes so slowly that a large Bundle takes it longer than a transaction may live. */
async function isMongo(client: MongoClient): Promise<boolean> {
  return (await client.db('admin').command({ hello: 1 })).setName !== 'secantus'
}

async function measureLoad(url: string, sample: Sample, add: (row: Row) => void): Promise<void> {
  const server = await MeasuredServer.onMongo(url)
  const { resources, seconds } = await ingest(server, sample)
  add({
    what: `ingest of ${sample.name}, 4 writers (${resources} resources)`,
    value: `${Math.round(resources / seconds)}/s`,
    aim: '',
  })
  await server.stop()
}

async function measureWrites(url: string, add: (row: Row) => void): Promise<void> {
  const server = await MeasuredServer.onMongo(url)
  const { create, update } = await writeRates(server)
  add({ what: 'create, 8 writers', value: `${Math.round(create)}/s`, aim: '' })
  add({ what: 'update, 8 writers', value: `${Math.round(update)}/s`, aim: '' })
  await server.stop()
}

/** Bytes as the server tells them, without what it saves by compression. */
async function tellSizes(client: MongoClient, add: (row: Row) => void): Promise<void> {
  const { objects, dataSize, storageSize, indexSize } = await client.db().stats()
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  const value = `${megabytes(dataSize)} of documents, ${megabytes(storageSize)} on disk, ${megabytes(indexSize)} of indexes`
  add({ what: `size of ${objects} documents`, value, aim: '' })
}

async function measureKind(
  url: string,
  client: MongoClient,
  { name, path }: Kind,
  add: (row: Row) => void,
): Promise<void> {
  const patients = await client.db().collection('Patient').distinct('_id')
  const codes = ['8302-2', '29463-7', '8867-4', '9279-1', '39156-5']
  const paths = Array.from({ length: ASKED }, (_, at) => {
    return `/fhir/${path(String(patients[at % patients.length]), codes[at % codes.length]!)}`
  })
  const calls = BSON.EJSON.stringify(await recordCalls(url, paths))
  const [own, bare] = [MeasuredServer.onMongo(url), MeasuredServer.bareMongo(url, calls)]
  const [server, limit] = [await own, await bare]
  const times: { own: number; bare: number }[] = []
  const rates: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const one = await timeOf(server, paths)
    const other = await timeOf(
      limit,
      paths.map((_, at) => `/bare/${at}`),
    )
    times.push({ own: one.cpu, bare: other.cpu })
    rates.push(one.rate)
  }
  await server.stop()
  await limit.stop()
  const share = median(times.map(({ own: ours, bare: theirs }) => ours / theirs))
  const cpu = `${Math.round(median(times.map((time) => time.own)))} µs of processor, ${share.toFixed(2)} times a bare route's`
  add({ what: name, value: `${Math.round(median(rates))}/s, ${cpu}`, aim: 'at most 1.5 times' })
}

/** Requests a second, and the processor time of a server for each, in µs. */
async function timeOf(server: MeasuredServer, paths: readonly string[]): Promise<{ rate: number; cpu: number }> {
  await askAll(server.url, paths, ASKED)
  const before = server.processorTime()
  const seconds = await askAll(server.url, paths, AMOUNT)
  return { rate: AMOUNT / seconds, cpu: ((server.processorTime() - before) * 1000) / AMOUNT }
}

/** Asks for paths in turn by 8 connections, `amount` times in all; answers the seconds it took. */
async function askAll(url: string, paths: readonly string[], amount: number): Promise<number> {
  const client = new WritingClient(url, 8)
  const asked = Array.from({ length: amount }, (_, at) => paths[at % paths.length]!)
  const seconds = await together(asked, 8, async (path) => {
    const { status } = await client.send('GET', path)
    if (status !== 200) throw new Error(`${path}: ${status}`)
  })
  client.close()
  return seconds
}
