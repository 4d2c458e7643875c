import t from 'tap'
import { checkStructure } from '../../../resources/validation/structure/check.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { reading, recordDeeds } from '../../support/deeds.ts'
import { type Json, openServer } from '../../support/server.ts'

const PATH = 'Practitioner/nurse/$activity-report'
const ROLE = {
  resourceType: 'PractitionerRole',
  id: 'role',
  practitioner: { reference: 'Practitioner/nurse' },
  code: [{ text: 'Nurse' }],
}

const summaryOf = ({ json }: { json: Json }, wanted: string) =>
  json.parameter
    .find(({ name }: Json) => name === wanted)
    .part?.map(({ part: [key, count] }: Json) => [key.valueString, count.valueInteger])

const factOf = ({ json }: { json: Json }, wanted: string) => {
  const { valueInteger, valueString } = json.parameter.find(({ name }: Json) => name === wanted) ?? {}
  return valueInteger ?? valueString
}

t.test('what one user did, under whichever name: by day, by what, by patient, and each access', async (t) => {
  const server = await openServer(t)
  await server.put('Practitioner/nurse', { resourceType: 'Practitioner', id: 'nurse', name: [{ text: 'Nora Nurse' }] })
  await server.put('PractitionerRole/role', ROLE)
  await recordDeeds(server, [
    reading('Practitioner/nurse', 'p', '2026-03-11T10:00:00Z'),
    reading('PractitionerRole/role', 'p', '2026-03-11T11:00:00Z', {
      code: 'search-type',
      type: 'Observation',
      parts: [],
      patients: ['p', 'q'],
      query: 'Observation?code=1',
      count: 12,
    }),
    reading('Practitioner/nurse', 'r', '2026-03-12T10:00:00Z', { outcome: '4', told: 'forbidden', times: 3 }),
    reading('Practitioner/other', 's', '2026-03-12T10:00:00Z'),
    reading('PractitionerRole/other', 's', '2026-03-12T10:00:00Z'),
  ])
  const reply = await server.get(PATH)
  t.equal(reply.status, 200)
  t.strictSame(checkStructure(reply.json, reply.bytes), [])
  t.equal(factOf(reply, 'total'), 3)
  t.equal(factOf(reply, 'patientCount'), 3)
  t.strictSame(summaryOf(reply, 'day'), [
    ['2026-03-11', 2],
    ['2026-03-12', 3],
  ])
  t.strictSame(summaryOf(reply, 'type'), [
    ['read Condition', 4],
    ['search-type Observation', 1],
  ])
  t.strictSame(summaryOf(reply, 'patient'), [
    ['Patient/r', 3],
    ['Patient/p', 2],
    ['Patient/q', 1],
  ])
  const rows = reply.json.parameter.filter(({ name }: Json) => name === 'access')
  const of = ({ part }: Json, wanted: string) => part.filter(({ name }: Json) => name === wanted)
  t.equal(rows.length, 3)
  t.match(of(rows[0], 'outcomeDescription'), [{ valueString: 'forbidden' }], 'the latest first')
  t.match(of(rows[1], 'patient'), [
    { valueReference: { reference: 'Patient/p' } },
    { valueReference: { reference: 'Patient/q' } },
  ])
  t.match(of(rows[1], 'who'), [{ valueReference: { reference: 'PractitionerRole/role', display: 'Nora Nurse' } }])
  t.notMatch(reply.text, 'Patient/s')
  const csv = await server.get(`${PATH}?format=csv`)
  t.equal(csv.text.trim().split('\r\n').length, 1 + 3)
  t.match(csv.text, ',p q,')
  t.match((await server.get(`${PATH}?format=html`)).text, '<caption>By day (UTC)</caption>')
})

t.test('whoever is told of is on record as disclosed', async (t) => {
  const server = await openServer(t)
  await recordDeeds(server, [reading('Practitioner/nurse', 'p', '2026-03-11T10:00:00Z')])
  await server.get(PATH)
  const { text } = await server.get('Patient/p/$access-report')
  t.match(text, '"valueString":"activity-report"')
})

t.test('nothing, of whom is not here; and only for who may search the whole log', async (t) => {
  const server = await openServer(t)
  const reply = await server.get(PATH)
  t.equal(reply.status, 200)
  t.equal(factOf(reply, 'total'), 0)
  t.strictSame(checkStructure(reply.json, reply.bytes), [])
  t.equal((await server.get(`${PATH}?format=pdf`)).status, 400)
  const statusOf = async (scopes: string[], more: object = {}) =>
    (await server.as(await accessFor(identityWith(scopes, more))).get(PATH)).status
  t.equal(await statusOf(['user/AuditEvent.rs']), 200)
  t.equal(await statusOf(['patient/AuditEvent.rs']), 403)
  t.equal(await statusOf(['user/*.cruds'], { fhirUser: { type: 'Practitioner', id: 'nurse' } }), 403)
  t.equal(await statusOf(['user/AuditEvent.rs?agent=Practitioner/nurse']), 403)
})
