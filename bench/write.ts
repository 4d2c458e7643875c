import { together, WritingClient } from './client.ts'
import type { MeasuredServer } from './server.ts'

const WRITES = 12_000
const WRITERS = 8

/** Creates and updates a second by 8 writers, one resource a request. */
export async function writeRates(server: MeasuredServer): Promise<{ create: number; update: number }> {
  const client = new WritingClient(`${server.url}/fhir`, WRITERS)
  const ids: string[] = []
  const numbers = Array.from({ length: WRITES }, (_, at) => at)
  const creating = await together(numbers, WRITERS, async (number) => {
    const { status, text } = await client.send('POST', '/Observation', observation(number))
    if (status !== 201) throw new Error(`a create failed: ${text}`)
    ids.push((JSON.parse(text) as { id: string }).id)
  })
  const updating = await together(numbers, WRITERS, async (number) => {
    const id = ids[number]!
    const { status, text } = await client.send('PUT', `/Observation/${id}`, observation(number + 1, id))
    if (status !== 200) throw new Error(`an update failed: ${text}`)
  })
  client.close()
  return { create: WRITES / creating, update: WRITES / updating }
}

/** An Observation of common size, as laboratories send them. */
function observation(number: number, id?: string): string {
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
