import { cpSync } from 'node:fs'
import { readRate } from './client.ts'
import { Issuer } from './issuer.ts'
import { median } from './machine.ts'
import { factsOf } from './search.ts'
import { MeasuredServer } from './server.ts'
import type { Row } from './table.ts'

const RUNS = 7

/** Seconds of one measurement, and of the warm-up. */
const SECONDS = 2
const WARM_UP = 4

interface Way {
  name: string
  aim: string
  /** undefined: AUTH is off. */
  scope?: string
}

const AIM = '70 % of reads, 90 % of searches'
const OFF: Way = { name: 'AUTH=off', aim: '' }
const WAYS: readonly Way[] = [
  OFF,
  { name: 'a token for all', aim: AIM, scope: 'system/*.rs' },
  { name: "a token for one patient's record", aim: AIM, scope: 'patient/*.rs' },
]

/** A server that is asked in one way, and what it has answered a second, run by run. */
interface Asked {
  way: Way
  server: MeasuredServer
  token: string
  rates: { read: number[]; search: number[] }
}

/**
 * What access costs: reads by id and searches of one patient's record, with tokens and without. The servers are asked in
 * turn, on copies of one store, so that what the machine does meanwhile hits all of them.
 */
export async function accessRows(folder: string): Promise<Row[]> {
  const patient = factsOf(folder).patients[0]!
  const issuer = await Issuer.open()
  const asked: Asked[] = []
  for (const [at, way] of WAYS.entries()) asked.push(await open(folder, `${folder}-${at}`, patient, way, issuer))
  const paths = {
    read: [`/fhir/Patient/${patient}`],
    search: [`/fhir/Condition?patient=${patient}`, `/fhir/Encounter?patient=${patient}&_sort=-date`],
  }
  const all = [...paths.read, ...paths.search]
  for (const { server, token } of asked) await readRate(server.url, all, { seconds: WARM_UP, token })
  for (const what of ['read', 'search'] as const) {
    for (let run = 0; run < RUNS; run++) {
      for (const { server, token, rates } of asked) {
        rates[what].push(await readRate(server.url, paths[what], { seconds: SECONDS, token }))
      }
    }
  }
  for (const { server } of asked) await server.stop()
  issuer.close()
  return asked.map((one) => ({
    what: `read by id; search by patient: ${one.way.name}`,
    value: `${told(one, asked[0]!, 'read')}; ${told(one, asked[0]!, 'search')}`,
    aim: one.way.aim,
  }))
}

function told(one: Asked, off: Asked, what: keyof Asked['rates']): string {
  const share = median(one.rates[what].map((rate, run) => rate / off.rates[what][run]!))
  return `${Math.round(median(one.rates[what])).toLocaleString('en')}/s, ${Math.round(share * 100)} %`
}

async function open(store: string, folder: string, patient: string, way: Way, issuer: Issuer): Promise<Asked> {
  cpSync(store, folder, { recursive: true })
  const { scope } = way
  const settings = scope === undefined ? {} : { AUTH: 'on', AUTH_ISSUERS: issuer.url }
  const server = await MeasuredServer.chartroom(folder, settings)
  // What its header costs the client is the same without AUTH.
  const claims = { scope: scope ?? 'system/*.rs', ...(scope?.startsWith('patient/') ? { patient } : {}) }
  const token = await issuer.token(`${server.url}/fhir`, claims)
  return { way, server, token, rates: { read: [], search: [] } }
}
