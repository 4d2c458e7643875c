import t from 'tap'
import {
  fhirPathPatch,
  jsonPatch,
  OTHER_URN,
  observation,
  patient,
  placeOf,
  post,
  practitioner,
  transaction,
  URN,
  versions,
} from '../../support/bundles.ts'
import { openServer, type TestServer } from '../../support/server.ts'

const CONDITIONAL = 'Practitioner?identifier=http://n|1'

async function serverWithObservation(t: Parameters<typeof openServer>[0], more = {}): Promise<TestServer> {
  const server = await openServer(t)
  await server.put('Practitioner/d', practitioner('d', '1'))
  await server.put('Observation/o', observation({ id: 'o', ...more }))
  return server
}

t.test('links and conditional references in a JSON Patch become references', async (t) => {
  const server = await serverWithObservation(t)
  const patch = jsonPatch('Observation/o', [
    { op: 'add', path: '/subject', value: { reference: URN } },
    { op: 'add', path: '/performer', value: [{ reference: OTHER_URN }, { reference: CONDITIONAL }] },
    { op: 'add', path: '/extension', value: [{ url: 'http://x/uri', valueUri: URN }] },
  ])
  const organization = { resourceType: 'Organization', name: 'o' }
  const { status, json } = await server.post(
    '',
    transaction(patch, post(patient(), {}, URN), post(organization, {}, OTHER_URN)),
  )
  t.equal(status, 200)
  const [, subject, performer] = json.entry.map(placeOf)
  const { json: stored } = await server.get('Observation/o')
  t.strictSame(stored.subject, { reference: subject })
  t.strictSame(stored.performer, [{ reference: performer }, { reference: 'Practitioner/d' }])
  t.strictSame(stored.extension, [{ url: 'http://x/uri', valueUri: subject }])
  t.equal(stored.meta.versionId, '2')
  for (const query of [`subject=${subject}`, `performer=${performer}`, 'performer=Practitioner/d']) {
    t.match((await server.get(`Observation?${query}`)).json, { total: 1 }, query)
  }
})

t.test('and in a FHIRPath Patch', async (t) => {
  for (const [reference, wanted] of [
    [URN, /^Patient\//],
    [CONDITIONAL, /^Practitioner\/d$/],
  ] as const) {
    const server = await serverWithObservation(t)
    const patch = fhirPathPatch(
      'Observation/o',
      { name: 'type', valueCode: 'add' },
      { name: 'path', valueString: 'Observation' },
      { name: 'name', valueString: 'performer' },
      { name: 'value', valueReference: { reference } },
    )
    const { status } = await server.post('', transaction(patch, post(patient(), {}, URN)))
    t.equal(status, 200, reference)
    t.match((await server.get('Observation/o')).json.performer, [{ reference: wanted }])
  }
})

t.test('a link of a patch that leads nowhere is refused with its place', async (t) => {
  const server = await serverWithObservation(t)
  for (const [reference, status] of [
    [URN, 400],
    ['Patient?identifier=http://n|none', 412],
  ] as const) {
    const patch = jsonPatch('Observation/o', [{ op: 'add', path: '/subject', value: { reference } }])
    const refused = await server.post('', transaction(post(patient()), patch))
    t.equal(refused.status, status, reference)
    const expression = ['Bundle.entry[1].resource.subject.reference']
    t.match(refused.json, { issue: [{ code: 'not-found', expression }] }, reference)
  }
  t.equal(await versions(server), 2)
})

t.test('links that a resource had before it was patched stay', async (t) => {
  const stored = { subject: { reference: OTHER_URN }, performer: [{ reference: 'Practitioner?identifier=http://n|9' }] }
  const server = await serverWithObservation(t, stored)
  const patch = jsonPatch('Observation/o', [{ op: 'replace', path: '/status', value: 'amended' }])
  t.equal((await server.post('', transaction(patch, post(patient(), {}, URN)))).status, 200)
  t.match((await server.get('Observation/o')).json, { status: 'amended', ...stored })
})

t.test('decimals of what is patched stay as they were written', async (t) => {
  const server = await openServer(t)
  const text = JSON.stringify(observation({ id: 'o', valueQuantity: { value: 0 } })).replace(
    '"value":0',
    '"value":1.200',
  )
  await server.put('Observation/o', text)
  const patch = jsonPatch('Observation/o', [{ op: 'add', path: '/subject', value: { reference: URN } }])
  const { json } = await server.post('', transaction(patch, post(patient(), {}, URN)))
  const after = await server.get('Observation/o')
  t.match(after.text, '"value":1.200')
  t.equal(after.json.subject.reference, placeOf(json.entry[1]))
})
