import t from 'tap'
import { observation, patient, post, transaction } from '../../support/bundles.ts'
import { BASE, openServer, type TestServer } from '../../support/server.ts'

const response = (questionnaire: string, id: string) => ({
  resourceType: 'QuestionnaireResponse',
  id,
  status: 'completed',
  questionnaire,
})

async function idsOf(server: TestServer, query: string): Promise<string[]> {
  const { json } = await server.get(query)
  return (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort()
}

t.test('a reference by the base of this server is one by type and id', async (t) => {
  const server = await openServer(t)
  const references = {
    absolute: `${BASE}/Patient/x`,
    relative: 'Patient/x',
    versioned: `${BASE}/Patient/x/_history/1`,
    other: 'http://other.org/fhir/Patient/x',
    port: 'http://127.0.0.1:8081/fhir/Patient/x',
    below: `${BASE}/more/Patient/x`,
  }
  for (const [id, reference] of Object.entries(references)) {
    await server.put(`Observation/${id}`, observation({ id, subject: { reference } }))
  }
  const own = ['absolute', 'relative', 'versioned']
  for (const value of ['Patient/x', 'x', `${BASE}/Patient/x`]) {
    t.strictSame(await idsOf(server, `Observation?subject=${encodeURIComponent(value)}`), own, value)
    t.strictSame(await idsOf(server, `Observation?patient=${value}`), own, value)
  }
  t.strictSame(await idsOf(server, 'Observation?subject:Patient=x'), own)
  t.strictSame(await idsOf(server, 'Observation?subject:Group=x'), [])
  for (const id of ['other', 'port', 'below'] as const) {
    t.strictSame(await idsOf(server, `Observation?subject=${references[id]}`), [id])
  }
  t.equal((await server.get('Observation/absolute')).json.subject.reference, references.absolute, 'it stays as sent')
})

t.test('a canonical of this server is found as it was written', async (t) => {
  const server = await openServer(t)
  const canonical = `${BASE}/Questionnaire/q`
  await server.put('QuestionnaireResponse/plain', response(canonical, 'plain'))
  await server.put('QuestionnaireResponse/versioned', response(`${canonical}|2`, 'versioned'))
  await server.put('QuestionnaireResponse/other', response('http://other.org/Questionnaire/q', 'other'))
  const found = (value: string) => idsOf(server, `QuestionnaireResponse?questionnaire=${encodeURIComponent(value)}`)
  t.strictSame(await found(canonical), ['plain', 'versioned'])
  t.strictSame(await found(`${canonical}|2`), ['versioned'])
  t.strictSame(await found('http://other.org/Questionnaire/q'), ['other'])
  const definition = { resourceType: 'Questionnaire', id: 'q', url: canonical, status: 'draft' }
  await server.put('Questionnaire/q', definition)
  t.strictSame(await idsOf(server, `Questionnaire?url=${canonical}`), ['q'])
})

t.test('a criterion by the base of this server works in a transaction, on what it writes itself too', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/x', patient({ id: 'x' }))
  const create = (reference: string, asked: string) =>
    post(observation({ subject: { reference } }), { ifNoneExist: `subject=${encodeURIComponent(asked)}` })
  const absolute = `${BASE}/Patient/x`
  const first = await server.post('', transaction(create(absolute, 'Patient/x')))
  t.equal(first.json.entry[0].response.status, '201 Created')
  const second = await server.post('', transaction(create('Patient/x', absolute)))
  t.equal(second.json.entry[0].response.status, '200 OK')
  const twins = [create(`${BASE}/Patient/y`, 'Patient/none'), create('Patient/z', 'Patient/y')]
  t.match(await server.post('', transaction(...twins)), { status: 400, json: { issue: [{ diagnostics: /same/ }] } })
  const link = { reference: `Observation?subject=${encodeURIComponent(absolute)}` }
  const linked = await server.post('', transaction(post(observation({ hasMember: [link] }))))
  t.equal(linked.status, 200)
  t.match((await server.get('Observation?has-member:missing=false')).json, { total: 1 })
})

t.test('request.url of an entry may have the base of this server, and no other', async (t) => {
  const server = await openServer(t)
  const entry = (url: string) => ({ resource: patient({ id: 'a' }), request: { method: 'PUT', url } })
  t.equal((await server.post('', transaction(entry(`${BASE}/Patient/a`)))).status, 200)
  for (const url of ['http://127.0.0.1:8081/fhir/Patient/a', `${BASE}x/Patient/a`, 'urn:uuid:a']) {
    const { status, json } = await server.post('', transaction(entry(url)))
    t.equal(status, 400, url)
    t.match(json, { issue: [{ expression: ['Bundle.entry[0].request.url'] }] })
  }
})
