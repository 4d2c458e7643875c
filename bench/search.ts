import { openReader } from '../resources/store/sqlite/connect.ts'
import { readRate } from './client.ts'
import { median } from './machine.ts'
import { type Facts, SEARCHES, type SearchRow } from './searches.ts'
import { MeasuredServer } from './server.ts'
import type { Row } from './table.ts'

const RUNS = 3
const ASKED = 20

/** Seconds of one measurement: there are sixty of them. */
const SECONDS = 1

/** By the name of a search: requests a second, and their share of what SQL written by hand gives. */
export type SearchRates = ReadonlyMap<string, { own: number; share: number }>

interface Both {
  readonly own: string
  readonly limit: string
}

interface Rates {
  own: number[]
  limit: number[]
}

/**
 * Rates of each kind of search on a store, against SQL written by hand for it, the two in turn. Both servers answer
 * everything once without being measured: a server of weeks is asked about, not one of seconds, whose code is not
 * compiled and whose pages are not read yet.
 */
export async function searchRates(folder: string): Promise<SearchRates> {
  const facts = factsOf(folder)
  const server = await MeasuredServer.chartroom(folder)
  const bare = await MeasuredServer.bareSearch(folder, JSON.stringify(facts))
  const both: Both = { own: server.url, limit: bare.url }
  for (const [number] of SEARCHES.entries()) await measured(both, number, facts)
  const rates = new Map<string, Rates>(SEARCHES.map(({ name }) => [name, { own: [], limit: [] }]))
  for (let run = 0; run < RUNS; run++) {
    for (const [number, { name }] of SEARCHES.entries()) {
      const { own, limit } = await measured(both, number, facts)
      rates.get(name)?.own.push(own)
      rates.get(name)?.limit.push(limit)
    }
  }
  await server.stop()
  await bare.stop()
  return new Map(
    [...rates].map(([name, { own, limit }]) => {
      const shares = own.map((rate, at) => rate / limit[at]!)
      return [name, { own: median(own), share: median(shares) }]
    }),
  )
}

async function measured({ own, limit }: Both, number: number, facts: Facts) {
  const bare = Array.from({ length: ASKED }, (_, at) => `/bare/${number}/${at}`)
  return {
    own: await readRate(own, searchPaths(SEARCHES[number]!, facts), { seconds: SECONDS }),
    limit: await readRate(limit, bare, { seconds: SECONDS }),
  }
}

/** What is asked in turn for one kind of search. */
export function searchPaths({ path }: SearchRow, facts: Facts): string[] {
  return Array.from({ length: ASKED }, (_, at) => `/fhir/${encodeURI(path(facts, at)).replaceAll('|', '%7C')}`)
}

/** The rates as rows of the table; `small` are those on a tenth of the data, which tell how a search grows. */
export function searchRows(rates: SearchRates, small: SearchRates): Row[] {
  return SEARCHES.map(({ name, peer, times }) => {
    const { own, share } = rates.get(name)!
    const growth = small.get(name)!.own / own
    const value = `${Math.round(own).toLocaleString('en')}/s, ${Math.round(share * 100)} % of the limit, ${growth.toFixed(1)} times as long`
    return { what: `search: ${name}`, value, aim: `60 %; ${(peer * times).toLocaleString('en')}/s; 1.5 times` }
  })
}

/** What there is to ask for: patients with much, codes of middling number, beginnings of names. */
export function factsOf(folder: string): Facts {
  const database = openReader(`${folder}/chartroom.sqlite`)
  const column = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map(({ text }) => String(text))
  const param = (type: string, code: string) =>
    `(SELECT p.id FROM param p JOIN type t ON t.id = p.type WHERE t.name = '${type}' AND p.code = '${code}')`
  const facts = {
    patients: column(`SELECT id AS text FROM resource WHERE live = 1
      AND type = (SELECT id FROM type WHERE name = 'Patient') ORDER BY rid LIMIT ${ASKED}`),
    codes:
      column(`SELECT v.code AS text FROM entry e JOIN value v ON v.id = e.value WHERE e.param = ${param('Observation', 'code')}
      AND v.system = (SELECT id FROM value WHERE code = 'http://loinc.org' AND system = 0)
      GROUP BY e.value ORDER BY count(*) DESC LIMIT ${ASKED}`),
    names:
      column(`SELECT DISTINCT substr(value, 1, 4) AS text FROM string_entry WHERE param = ${param('Patient', 'family')}
      ORDER BY 1 LIMIT ${ASKED}`),
  }
  database.close()
  return facts
}
