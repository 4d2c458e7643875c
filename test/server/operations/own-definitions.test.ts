import t from 'tap'
import { openServer } from '../../support/server.ts'

const CLINICAL = 'http://hl7.org/fhir/ValueSet/condition-clinical'
const SYSTEM = 'http://terminology.hl7.org/CodeSystem/condition-clinical'

const condition = (code: string) => ({
  resourceType: 'Condition',
  clinicalStatus: { coding: [{ system: SYSTEM, code }] },
  subject: { display: 'x' },
})

const RIVAL = {
  resourceType: 'ValueSet',
  url: CLINICAL,
  status: 'active',
  compose: { include: [{ system: SYSTEM, concept: [{ code: 'bogus' }] }] },
}

t.test("who writes definitions under R4's own urls does not change what R4 says", async (t) => {
  const server = await openServer(t)
  t.equal((await server.post('ValueSet', RIVAL)).status, 201)
  t.equal((await server.post('CodeSystem', rivalSystem())).status, 201)
  t.equal((await server.post('Condition', condition('bogus'))).status, 400)
  t.equal((await server.post('Condition', condition('active'))).status, 201)
  const expanded = await server.get(`ValueSet/$expand?url=${CLINICAL}&filter=bogus`)
  t.match(expanded, { status: 200, json: { expansion: { total: 0 } } })
})

t.test('another version of it is theirs to write', async (t) => {
  const server = await openServer(t)
  await server.post('CodeSystem', rivalSystem())
  await server.post('ValueSet', { ...RIVAL, version: '99' })
  const { json } = await server.get(`ValueSet/$expand?url=${CLINICAL}|99`)
  t.match(json.expansion.contains, [{ code: 'bogus' }])
})

function rivalSystem(): object {
  return {
    resourceType: 'CodeSystem',
    url: SYSTEM,
    status: 'active',
    content: 'complete',
    concept: [{ code: 'bogus', display: 'Bogus' }],
  }
}
