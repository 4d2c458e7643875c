import { readRate } from './client.ts'
import { Issuer } from './issuer.ts'
import { median } from './machine.ts'
import { factsOf } from './search.ts'
import { MeasuredServer } from './server.ts'
import type { Row } from './table.ts'

const RUNS = 3

/** Seconds of one measurement. */
const SECONDS = 2

interface Way {
  name: string
  aim: string
  /** undefined: AUTH is off. */
  scope?: string
}

const WAYS: readonly Way[] = [
  { name: 'AUTH=off', aim: '' },
  { name: 'a token for all', aim: '70 % of reads, 90 % of searches', scope: 'system/*.rs' },
  { name: "a token for one patient's record", aim: '70 % of reads, 90 % of searches', scope: 'patient/*.rs' },
]

interface Rates {
  read: number[]
  search: number[]
}

/** What access costs: reads by id and searches of one patient's record, with tokens and without. */
export async function accessRows(folder: string): Promise<Row[]> {
  const patient = factsOf(folder).patients[0]!
  const issuer = await Issuer.open()
  const rates = new Map<Way, Rates>(WAYS.map((way) => [way, { read: [], search: [] }]))
  for (let run = 0; run < RUNS; run++) {
    for (const way of WAYS) {
      const { read, search } = await measured(folder, patient, way, issuer)
      rates.get(way)?.read.push(read)
      rates.get(way)?.search.push(search)
    }
  }
  issuer.close()
  const shares = (way: Way, what: keyof Rates) =>
    median(rates.get(way)![what].map((rate, at) => rate / rates.get(WAYS[0]!)![what][at]!))
  const told = (way: Way, what: keyof Rates) =>
    `${Math.round(median(rates.get(way)![what])).toLocaleString('en')}/s, ${Math.round(shares(way, what) * 100)} %`
  return WAYS.map((way) => ({
    what: `read by id; search by patient: ${way.name}`,
    value: `${told(way, 'read')}; ${told(way, 'search')}`,
    aim: way.aim,
  }))
}

async function measured(folder: string, patient: string, { scope }: Way, issuer: Issuer) {
  const settings = scope === undefined ? {} : { AUTH: 'on', AUTH_ISSUERS: issuer.url }
  const server = await MeasuredServer.chartroom(folder, settings)
  // What its header costs the client is the same without AUTH.
  const claims = { scope: scope ?? 'system/*.rs', ...(scope?.startsWith('patient/') ? { patient } : {}) }
  const token = await issuer.token(`${server.url}/fhir`, claims)
  const reads = [`/fhir/Patient/${patient}`]
  const searches = [`/fhir/Condition?patient=${patient}`, `/fhir/Encounter?patient=${patient}&_sort=-date`]
  await readRate(server.url, [...reads, ...searches], SECONDS, token)
  const read = await readRate(server.url, reads, SECONDS, token)
  const search = await readRate(server.url, searches, SECONDS, token)
  await server.stop()
  return { read, search }
}
