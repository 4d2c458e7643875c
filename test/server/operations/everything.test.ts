import t from 'tap'
import { parametersOf } from '../../../search/parameters.ts'
import { batch, get, transaction } from '../../support/bundles.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const PATH = 'Patient/a/$everything'

const names = ({ json }: { json: Json }, mode?: string): string[] =>
  (json.entry ?? [])
    .filter((one: Json) => mode === undefined || one.search.mode === mode)
    .map(({ resource }: Json) => `${resource.resourceType}/${resource.id}`)

const nextOf = ({ json }: { json: Json }): string | undefined =>
  json.link.find((link: Json) => link.relation === 'next')?.url.slice(BASE.length + 1)

async function walk(server: TestServer, path: string, between: () => Promise<unknown> = async () => undefined) {
  const pages: string[][] = []
  for (let next: string | undefined = path; next !== undefined && pages.length < 60; ) {
    const reply = await server.get(next)
    pages.push(names(reply))
    next = nextOf(reply)
    await between()
  }
  return pages
}

const ref = (reference: string) => ({ reference })
const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: ref('Patient/a'),
  ...more,
})
const allergy = (id: string) => ({
  resourceType: 'AllergyIntolerance',
  id,
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
  },
  patient: ref('Patient/a'),
})

const RESOURCES: { resourceType: string; id: string; [member: string]: unknown }[] = [
  { resourceType: 'Patient', id: 'a', generalPractitioner: [ref('Practitioner/gp')] },
  { resourceType: 'Patient', id: 'b', generalPractitioner: [ref('Practitioner/other')] },
  allergy('al'),
  { ...observation('o1'), performer: [ref('Practitioner/p'), ref(`${BASE}/Organization/org/_history/1`)] },
  { ...observation('o2'), device: ref('Device/d'), performer: [ref('Practitioner/p')] },
  { ...observation('o3'), subject: ref('Patient/b'), performer: [ref('Practitioner/other')] },
  { ...observation('o4'), hasMember: [ref('Observation/o3')], performer: [ref('Practitioner/nobody')] },
  {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { code: 'AMB' },
    subject: ref('Patient/a'),
    location: [{ location: ref('Location/l') }],
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">"reference":"Practitioner/told"</div>',
    },
  },
  {
    resourceType: 'MedicationRequest',
    id: 'mr',
    status: 'active',
    intent: 'order',
    subject: ref('Patient/a'),
    medicationReference: ref('Medication/m'),
    requester: ref('http://elsewhere.org/fhir/Practitioner/other'),
  },
  {
    resourceType: 'DocumentReference',
    id: 'doc',
    status: 'current',
    subject: ref('Patient/a'),
    content: [{ attachment: { url: 'Binary/one' } }, { attachment: { url: `${BASE}/Binary/two` } }],
  },
  { resourceType: 'Binary', id: 'one', contentType: 'text/plain', data: 'AAAA' },
  { resourceType: 'Binary', id: 'two', contentType: 'text/plain', data: 'AAAA' },
  { resourceType: 'Binary', id: 'three', contentType: 'text/plain', data: 'AAAA' },
  ...['gp', 'p', 'other', 'told'].map((id) => ({ resourceType: 'Practitioner', id })),
  { resourceType: 'Organization', id: 'org', name: 'Clinic' },
  { resourceType: 'Location', id: 'l', status: 'active' },
  { resourceType: 'Medication', id: 'm' },
  { resourceType: 'Device', id: 'd' },
]

const RECORD = [
  'Patient/a',
  'AllergyIntolerance/al',
  'DocumentReference/doc',
  'Encounter/e',
  'MedicationRequest/mr',
  'Observation/o1',
  'Observation/o2',
  'Observation/o4',
]
const REFERRED = [
  'Binary/one',
  'Binary/two',
  'Device/d',
  'Location/l',
  'Medication/m',
  'Organization/org',
  'Practitioner/gp',
  'Practitioner/p',
]

const inOrder = (found: string[]) => found.map((name, at) => [name.split('/')[0]!, at] as const)

async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  const entry = RESOURCES.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  return server
}

t.test('the record, and what it refers to', async (t) => {
  const server = await filled(t)
  const reply = await server.get(PATH)
  t.match(reply, { status: 200, json: { type: 'searchset', total: RECORD.length } })
  t.strictSame(names(reply, 'match').sort(), [...RECORD].sort())
  t.strictSame(names(reply, 'include').sort(), REFERRED)
  t.equal(names(reply)[0], 'Patient/a', 'the patient comes first')
  t.strictSame(inOrder(names(reply)).length, RECORD.length + REFERRED.length)
  t.equal(reply.json.link[0].url, `${BASE}/${PATH}`)
  t.equal(reply.json.entry[0].fullUrl, `${BASE}/Patient/a`)
  t.match(reply.json.entry[0].resource, { generalPractitioner: [{}], meta: { versionId: '1' } })
})

t.test('pages to the end are the whole, whatever their size, and none is empty', async (t) => {
  const server = await filled(t)
  const whole = names(await server.get(PATH))
  for (const count of [1, 2, 3, 5, RECORD.length, RECORD.length + 1, whole.length - 1, whole.length]) {
    const pages = await walk(server, `${PATH}?_count=${count}`)
    t.strictSame(pages.flat(), whole, `pages of ${count}`)
    t.equal(pages.length, Math.ceil(whole.length / count))
  }
})

t.test('a page can be had without those before it', async (t) => {
  const server = await filled(t)
  const whole = names(await server.get(PATH))
  const links = [`${PATH}?_count=3`]
  for (let next = nextOf(await server.get(links[0]!)); next; next = nextOf(await server.get(next))) links.push(next)
  // More walks than are kept in mind.
  for (let at = 0; at < 300; at++) await server.get(`${PATH}?_count=3&end=${2000 + at}`)
  const pages: string[] = []
  for (const link of links.toReversed()) pages.unshift(...names(await server.get(link)))
  t.strictSame(pages, whole)
})

t.test('_type: of the record, of what it refers to, of both, of neither', async (t) => {
  const server = await filled(t)
  const rules: [type: string, wanted: string[]][] = [
    ['Observation', ['Observation/o1', 'Observation/o2', 'Observation/o4']],
    ['Practitioner', ['Practitioner/gp', 'Practitioner/p']],
    ['Medication,Encounter', ['Encounter/e', 'Medication/m']],
    ['Medication&_type=Encounter,Encounter', ['Encounter/e', 'Medication/m']],
    ['ValueSet', []],
    ['Goal', []],
    ['', [...RECORD, ...REFERRED]],
  ]
  for (const [type, wanted] of rules) {
    const reply = await server.get(`${PATH}?_type=${type}`)
    t.strictSame(names(reply).sort(), [...wanted].sort(), type)
    const pages = await walk(server, `${PATH}?_type=${type}&_count=1`)
    t.strictSame(pages.flat(), names(reply), `${type}, one by one`)
  }
  t.notOk('entry' in (await server.get(`${PATH}?_type=Goal`)).json, 'no empty list')
})

t.test('_since is by record time, of what is referred to as well', async (t) => {
  const server = await filled(t)
  const { json } = await server.get('Patient/a')
  const later = new Date(Date.parse(json.meta.lastUpdated) + 1).toISOString()
  t.equal(names(await server.get(`${PATH}?_since=${later}`)).length, 0)
  await server.put('Practitioner/gp', { resourceType: 'Practitioner', id: 'gp', active: true })
  await server.put('Practitioner/other', { resourceType: 'Practitioner', id: 'other', active: true })
  await server.put('Observation/o2', observation('o2', { status: 'amended' }))
  t.strictSame(names(await server.get(`${PATH}?_since=${later}`)), ['Observation/o2', 'Practitioner/gp'])
  t.strictSame((await walk(server, `${PATH}?_since=${later}&_count=1`)).flat(), ['Observation/o2', 'Practitioner/gp'])
  // The observation does not refer to its device any more.
  t.strictSame(names(await server.get(`${PATH}?_since=2001-01-01`)).length, RECORD.length + REFERRED.length - 1)
})

const dated = parametersOf('Observation').has('date') ? {} : { skip: 'dates are not indexed yet' }

t.test('start and end are by the dates of care', dated, async (t) => {
  const server = await openServer(t)
  await server.put('Patient/a', { resourceType: 'Patient', id: 'a', birthDate: '1950-01-01' })
  await server.put('Observation/o1', observation('o1', { effectiveDateTime: '2020-05-05' }))
  await server.put('Observation/o2', observation('o2', { effectivePeriod: { start: '2019-01-01', end: '2021-01-01' } }))
  await server.put(
    'Observation/o3',
    observation('o3', { effectiveDateTime: '2022', performer: [ref('Practitioner/p')] }),
  )
  await server.put('Observation/o4', observation('o4'))
  await server.put('Practitioner/p', { resourceType: 'Practitioner', id: 'p' })
  const rules: [query: string, wanted: string[]][] = [
    ['start=2020-05-05&end=2020-05-05', ['o1', 'o2', 'o4']],
    ['start=2020-05-06', ['o2', 'o3', 'o4', 'p']],
    ['end=2019', ['o2', 'o4']],
    ['end=2018-12-31', ['o4']],
    ['start=2022-12-31', ['o3', 'o4', 'p']],
    ['start=2023', ['o4']],
  ]
  for (const [query, wanted] of rules) {
    const found = names(await server.get(`${PATH}?${query}`)).map((name) => name.split('/')[1])
    t.strictSame(found, ['a', ...wanted], query)
    t.strictSame((await walk(server, `${PATH}?${query}&_count=1`)).flat().length, found.length, query)
  }
})

t.test('changes between pages neither lose nor repeat an untouched resource', async (t) => {
  const server = await filled(t)
  const before = names(await server.get(PATH))
  let at = 0
  const changes = [
    () => server.delete('Observation/o2'),
    () => server.put('Observation/o1', { ...RESOURCES.find(({ id }) => id === 'o1'), status: 'amended' }),
    () => server.put('Observation/o9', observation('o9', { performer: [ref('Practitioner/told')] })),
    () => server.put('AllergyIntolerance/late', allergy('late')),
    () => server.delete('Binary/one'),
    () => server.put('Practitioner/p', { resourceType: 'Practitioner', id: 'p', active: true }),
  ]
  const seen = (await walk(server, `${PATH}?_count=1`, async () => changes[at++]?.())).flat()
  t.equal(new Set(seen).size, seen.length, 'none twice')
  const deleted = ['Observation/o2', 'Binary/one']
  const onlyThere = 'Device/d'
  for (const name of before.filter((one) => one !== onlyThere && !deleted.includes(one)))
    t.ok(seen.includes(name), name)
  t.ok(seen.includes('Observation/o9'))
  t.ok(seen.includes('Practitioner/told'), 'what came meanwhile brings what it refers to')
})

t.test('POST with Parameters', async (t) => {
  const server = await filled(t)
  const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
  const body = parameters(
    { name: '_type', valueCode: 'Observation' },
    { name: '_type', valueCode: 'Device' },
    { name: '_count', valueInteger: 3 },
  )
  const reply = await server.post(PATH, body)
  t.strictSame(names(reply), ['Observation/o1', 'Observation/o2', 'Observation/o4'])
  t.equal(reply.json.link[0].url, `${BASE}/${PATH}?_type=Observation&_type=Device&_count=3`)
  t.strictSame(names(await server.get(nextOf(reply)!)), ['Device/d'])
  t.strictSame(names(await server.post(PATH, undefined)).length, RECORD.length + REFERRED.length, 'no body')
  t.strictSame(
    names(
      await server.post(`${PATH}?_type=Device`, parameters({ name: '_since', valueInstant: '2001-01-01T00:00:00Z' })),
    ),
    ['Device/d'],
  )
  const wrong: [unknown, number][] = [
    ['{', 400],
    [{ resourceType: 'Patient' }, 400],
    [parameters({ name: '_count', valueInteger: 'x' }), 400],
    [parameters({ name: 'shoe', valueString: 'x' }), 400],
    [parameters({ name: 'start', valueString: 'x' }), 400],
    [parameters({ name: 'start', resource: { resourceType: 'Patient' } }), 400],
    [parameters({ name: 'start', valuePeriod: { start: '2020' } }), 400],
    [parameters({ valueString: 'x' }), 400],
  ]
  for (const [given, status] of wrong) {
    const { status: got, json } = await server.post(PATH, given)
    t.equal(got, status, JSON.stringify(given))
    t.equal(json.resourceType, 'OperationOutcome')
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  t.equal((await server.post(PATH, '_count=3', form)).status, 415)
})

t.test('bad parameters are 400', async (t) => {
  const server = await filled(t)
  const queries = [
    '_count=0',
    '_count=-1',
    '_count=x',
    'start=yesterday',
    'end=2020-02-30',
    '_since=x',
    '_type=Shoe',
    '_type=Patient,',
    '_type=Parameters',
    'start=2020&start=2021',
    'shoe=1',
    '__proto__=1',
    'constructor=1',
    '_elements=id',
    '_cursor=abc',
  ]
  for (const query of queries) {
    const { status, json } = await server.get(`${PATH}?${query}`)
    t.match({ status, json }, { status: 400, json: { resourceType: 'OperationOutcome' } }, query)
  }
})

t.test('who is not there: 404, or 410 once deleted; methods that it lacks: 405', async (t) => {
  const server = await filled(t)
  t.equal((await server.get('Patient/none/$everything')).status, 404)
  t.equal((await server.get('Patient/a/%24everything')).status, 200)
  await server.delete('Patient/a')
  t.match(await server.get(PATH), { status: 410, json: { issue: [{ code: 'deleted' }] } })
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    t.match(await server.ask(method, PATH), { status: 405, headers: { allow: 'GET, HEAD, POST' } }, method)
  }
})

t.test('operations that there are not: 404', async (t) => {
  const server = await filled(t)
  const paths = [
    'Patient/$everything',
    '$everything',
    'Observation/o1/$everything',
    'Patient/a/$nothing',
    'Patient/a/$',
    'Patient/a/$everything/1',
    'Patient/a/$constructor',
    'Patient/$a/$everything',
    'Patient/_a/$everything',
    '$everything/a/$everything',
    'Shoe/a/$everything',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'POST']) {
      const { status, json } = await server.ask(method, path, method === 'POST' ? {} : undefined)
      t.match({ status, json }, { status: 404, json: { issue: [{ code: 'not-found' }] } }, `${method} ${path}`)
    }
  }
})

t.test('a link belongs to its patient and its parameters', async (t) => {
  const server = await filled(t)
  const next = nextOf(await server.get(`${PATH}?_count=1`))!
  t.equal((await server.get(next)).status, 200)
  t.equal((await server.get(next.replace('Patient/a', 'Patient/b'))).status, 400)
  t.equal((await server.get(next.replace('_count=1', '_count=2'))).status, 400)
  t.equal((await server.get(`${next}&_type=Patient`)).status, 400)
})

t.test('in Bundles', async (t) => {
  const server = await filled(t)
  const post = (resource?: object) => ({ request: { method: 'POST', url: PATH }, ...(resource ? { resource } : {}) })
  const parameters = { resourceType: 'Parameters', parameter: [{ name: '_type', valueCode: 'Device' }] }
  for (const bundle of [batch, transaction]) {
    const { status, json } = await server.post('', bundle(get(`${PATH}?_type=Device`), post(parameters), post()))
    t.equal(status, 200)
    const found = json.entry.map((entry: Json) => names({ json: entry.resource }).length)
    t.strictSame(found, [1, 1, RECORD.length + REFERRED.length])
  }
  const { json } = await server.post('', batch(get('Patient/a/$nothing'), get('Patient/none/$everything')))
  t.strictSame(
    json.entry.map(({ response }: Json) => response.status),
    ['404 Not Found', '404 Not Found'],
  )
})

t.test('log and CapabilityStatement', async (t) => {
  const server = await filled(t)
  await server.ask('HEAD', PATH)
  const line = JSON.parse(server.log.at(-1)!)
  t.match(line, { route: '/fhir/:type/:id/$everything', interaction: 'operation', type: 'Patient', status: 200 })
  const [rest] = (await server.get('metadata')).json.rest
  const of = (type: string) => rest.resource.find((one: Json) => one.type === type).operation
  const own = (name: string) => ({ name, definition: `https://chartroom.invalid/fhir/OperationDefinition/${name}` })
  const validate = { name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' }
  t.strictSame(of('Patient'), [
    { name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
    own('break-glass'),
    own('access-report'),
    own('disclosures'),
    validate,
  ])
  t.strictSame(of('Observation'), [validate])
})
