import autocannon from 'autocannon'
import type { MeasuredServer } from './server.ts'

const WRITERS = 8
const SECONDS = 4

/** Resources that each writer updates in turn, so that no two ever write the same one. */
const OWN = 500

/** Creates and updates a second by 8 writers, one resource a request. Throws when one is refused. Each is warmed up. */
export async function writeRates(server: MeasuredServer): Promise<{ create: number; update: number }> {
  const post = (writer: number, at: number): autocannon.Request => {
    return { method: 'POST', path: '/fhir/Observation', body: observation(writer * OWN + at) }
  }
  await rateOf(server, post, 2)
  const create = await rateOf(server, post)
  const put = (writer: number, at: number): autocannon.Request => {
    const id = `bench-${writer}-${at}`
    return { method: 'PUT', path: `/fhir/Observation/${id}`, body: observation(writer * OWN + at, id) }
  }
  await rateOf(server, put, 2)
  return { create, update: await rateOf(server, put) }
}

async function rateOf(
  server: MeasuredServer,
  request: (writer: number, at: number) => autocannon.Request,
  duration = SECONDS,
): Promise<number> {
  let writers = 0
  const result = await autocannon({
    url: server.url,
    connections: WRITERS,
    duration,
    headers: { 'content-type': 'application/fhir+json' },
    setupClient: (client) => {
      const writer = writers++
      client.setRequests(Array.from({ length: OWN }, (_, at) => request(writer, at)))
    },
  })
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} writes failed`)
  return result.requests.average
}

/** An Observation of common size, as laboratories send them. */
/** The text of a small Observation. */
export function observation(number: number, id?: string): string {
  return JSON.stringify({
    resourceType: 'Observation',
    id,
    identifier: [{ system: 'http://lab.example.org/result', value: `R${number}` }],
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'laboratory',
            display: 'Laboratory',
          },
        ],
      },
    ],
    code: {
      coding: [
        { system: 'http://loinc.org', code: String(2000 + (number % 300)), display: 'Glucose [Mass/volume] in Blood' },
      ],
      text: 'Glucose [Mass/volume] in Blood',
    },
    subject: { reference: `Patient/bench-${number % 500}` },
    encounter: { reference: `Encounter/bench-${number % 2000}` },
    effectiveDateTime: '2026-03-04T10:20:30+01:00',
    issued: '2026-03-04T11:20:30.123+01:00',
    performer: [{ reference: `Practitioner/bench-${number % 50}`, display: 'Dr. Bench' }],
    valueQuantity: { value: 80 + (number % 60), unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
    referenceRange: [{ low: { value: 70, unit: 'mg/dL' }, high: { value: 100, unit: 'mg/dL' } }],
  })
}
