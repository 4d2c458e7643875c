import t from 'tap'
import { batch, get } from '../../support/bundles.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

const names = ({ json }: { json: Json }) =>
  (json.entry ?? [])
    .filter((one: Json) => one.search.mode === 'match')
    .map(({ resource }: Json) => `${resource.resourceType}/${resource.id}`)

const linkOf = ({ json }: { json: Json }, relation: string): string | undefined =>
  json.link.find((link: Json) => link.relation === relation)?.url

/** All pages from a path on: their entries, and how many there were. */
async function walk(server: TestServer, path: string, between: () => Promise<unknown> = async () => undefined) {
  const seen: string[] = []
  let pages = 0
  for (let next: string | undefined = path; next !== undefined && pages < 50; pages++) {
    const reply = await server.get(next)
    seen.push(...names(reply))
    next = linkOf(reply, 'next')?.slice(BASE.length).replace(/^\//, '')
    await between()
  }
  return { seen, pages }
}

const patientRef = (id: string) => ({ reference: `Patient/${id}` })
const condition = (id: string, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  subject: patientRef('a'),
  encounter: { reference: 'Encounter/e' },
  code: { coding: [{ code: 'flu' }] },
  ...more,
})
const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: patientRef('a'),
  ...more,
})

async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  const resources: { resourceType: string; id: string }[] = [
    { resourceType: 'Patient', id: 'a' },
    { resourceType: 'Patient', id: 'b', ...{ link: [{ other: patientRef('a'), type: 'seealso' }] } },
    condition('c1'),
    condition('c2', { code: { coding: [{ code: 'cold' }] } }),
    condition('c3', { subject: patientRef('b'), asserter: patientRef('a') }),
    condition('c4', { subject: patientRef('b'), encounter: undefined }),
    condition('c5', { subject: { reference: 'Group/a' }, encounter: undefined }),
    { resourceType: 'Encounter', id: 'e', ...{ status: 'finished', class: { code: 'AMB' }, subject: patientRef('a') } },
    observation('o1', { performer: [{ reference: 'Practitioner/p' }] }),
    observation('o2', { subject: { reference: 'Device/d' } }),
    { resourceType: 'Practitioner', id: 'p' },
    { resourceType: 'Device', id: 'd' },
    { resourceType: 'Medication', id: 'm' },
    {
      resourceType: 'Goal',
      id: 'g',
      ...{ lifecycleStatus: 'active', description: { text: 'x' }, subject: patientRef('gone') },
    },
  ]
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  return server
}

t.test('a type within a compartment', async (t) => {
  const server = await filled(t)
  const rules: [path: string, wanted: string[]][] = [
    ['Patient/a/Condition', ['Condition/c1', 'Condition/c2', 'Condition/c3']],
    ['Patient/a/Condition?code=flu', ['Condition/c1', 'Condition/c3']],
    ['Patient/a/Condition?_id=c2,c4', ['Condition/c2']],
    ['Patient/a/Patient', ['Patient/a', 'Patient/b']],
    ['Patient/b/Patient', ['Patient/b']],
    ['Patient/b/Condition', ['Condition/c3', 'Condition/c4']],
    ['Encounter/e/Condition', ['Condition/c1', 'Condition/c2', 'Condition/c3']],
    ['Encounter/e/Encounter', ['Encounter/e']],
    ['Practitioner/p/Observation', ['Observation/o1']],
    ['Device/d/Observation', ['Observation/o2']],
    ['RelatedPerson/r/Observation', []],
    ['Patient/gone/Goal', ['Goal/g']],
    ['Patient/none/Condition', []],
    ['Patient/x%20OR%201%3D1/Condition', []],
  ]
  for (const [path, wanted] of rules) {
    const reply = await server.get(path)
    t.strictSame(names(reply), wanted, path)
    t.equal(reply.json.total, wanted.length, path)
    t.equal(linkOf(reply, 'self'), `${BASE}/${path}`)
  }
})

t.test('what shapes an answer works there as anywhere', async (t) => {
  const server = await filled(t)
  t.match((await server.get('Patient/a/Condition?_summary=count')).json, { total: 3, entry: undefined })
  t.match((await server.get('Patient/a/Condition?_count=1&_total=accurate')).json, { total: 3, entry: { length: 1 } })
  t.match((await server.get('Patient/a/Condition?_elements=code&_id=c1')).json.entry[0].resource, {
    subject: {},
    encounter: undefined,
    meta: { tag: [{ code: 'SUBSETTED' }] },
  })
  t.equal((await server.get('Patient/a/Condition?shoe=1', { prefer: 'handling=strict' })).status, 400)
  const lenient = await server.get('Patient/a/Condition?shoe=1')
  t.equal(linkOf(lenient, 'self'), `${BASE}/Patient/a/Condition`)
  t.match(lenient.json.entry[3], { search: { mode: 'outcome' } })
  const head = await server.ask('HEAD', 'Patient/a/Condition')
  t.match(head, { status: 200, text: '' })
})

t.test('POST _search', async (t) => {
  const server = await filled(t)
  const reply = await server.post('Patient/a/Condition/_search?_id=c1,c2', 'code=flu', FORM)
  t.strictSame(names(reply), ['Condition/c1'])
  t.equal(linkOf(reply, 'self'), `${BASE}/Patient/a/Condition?_id=c1,c2&code=flu`)
  t.strictSame(names(await server.post('Patient/a/*/_search', '_type=Encounter', FORM)), ['Encounter/e'])
  t.equal((await server.post('Patient/a/Condition/_search', '{}')).status, 415)
})

t.test('what is no compartment, or no type, is 404; what is never in one is empty, and said', async (t) => {
  const server = await filled(t)
  for (const path of ['Organization/o/Condition', 'Shoe/a/Condition', 'Patient/a/Shoe', 'Organization/o/*']) {
    t.match(await server.get(path), { status: 404, json: { issue: [{ code: 'not-found' }] } }, path)
  }
  for (const path of ['Patient/a/Parameters', 'Patient/a/condition', 'Patient/a/__proto__', 'Patient/a/**']) {
    t.equal((await server.get(path)).status, 404, path)
  }
  const never = await server.get('Patient/a/Medication')
  t.match(never, { status: 200, json: { total: 0 } })
  t.match(never.json.entry, [{ search: { mode: 'outcome' }, resource: { issue: [{ severity: 'information' }] } }])
})

t.test('all of a compartment, type by type', async (t) => {
  const server = await filled(t)
  const all = [
    'Condition/c1',
    'Condition/c2',
    'Condition/c3',
    'Encounter/e',
    'Observation/o1',
    'Patient/a',
    'Patient/b',
  ]
  t.strictSame(names(await server.get('Patient/a/*')), all)
  t.strictSame(names(await server.get('Patient/a/*?_type=Patient,Encounter')), [
    'Encounter/e',
    'Patient/a',
    'Patient/b',
  ])
  t.strictSame(names(await server.get('Patient/none/*')), [])
  t.match((await server.get('Patient/a/*?_summary=count')).json, { total: 7, entry: undefined })
  t.strictSame(names(await server.get('Patient/a/*?_type=Medication')), [])
  for (const count of [1, 2, 3, 6, 7]) {
    const { seen, pages } = await walk(server, `Patient/a/*?_count=${count}`)
    t.strictSame(seen, all, `pages of ${count}`)
    t.equal(pages, Math.ceil(7 / count), 'and no empty page at the end')
  }
})

t.test('the whole system', async (t) => {
  const server = await filled(t)
  const { json } = await server.get('?_summary=count')
  t.equal(json.total, 14)
  t.strictSame((await walk(server, '?_count=3')).seen, (await walk(server, '')).seen)
  t.equal((await walk(server, '?_count=3')).seen.length, 14)
  const some = await server.get('?_type=Practitioner,Device,Practitioner')
  t.strictSame(names(some), ['Device/d', 'Practitioner/p'])
  t.equal(linkOf(some, 'self'), `${BASE}?_type=Device,Practitioner`)
  t.strictSame(names(await server.get('?_id=a,d')), ['Device/d', 'Patient/a'])
  t.strictSame(names(await server.get('?_type=Condition,Observation&patient=b')), ['Condition/c3', 'Condition/c4'])
  t.strictSame(names(await server.post('_search', '_type=Device', FORM)), ['Device/d'])
  t.match((await server.get('?_type=Device,Goal&_total=accurate&_count=1')).json, { total: 2, entry: { length: 1 } })
  t.match(await server.ask('HEAD', ''), { status: 200, text: '' })
})

t.test('criteria of several types are those that all have', async (t) => {
  const server = await filled(t)
  for (const path of ['?patient=a', '?_type=Condition,Device,Location&subject=Patient/a', 'Patient/a/*?code=flu']) {
    t.match(await server.get(path), { status: 400, json: { issue: [{ code: 'not-supported' }] } }, path)
  }
  for (const path of ['?_type=Shoe', '?_type=Patient,', '?_type=Parameters', '?_type=Patient&_type=Device']) {
    t.match(await server.get(path), { status: 400, json: { issue: [{ code: 'value' }] } }, path)
  }
  const unknown = await server.get('?shoe=1&_type=Device')
  t.match(unknown.json.entry[1].resource.issue, [{ severity: 'warning' }])
  t.equal((await server.get('?shoe=1&_type=Device', { prefer: 'handling=strict' })).status, 400)
})

t.test('a link belongs to its compartment', async (t) => {
  const server = await filled(t)
  const next = linkOf(await server.get('Patient/a/Condition?_count=1'), 'next')!.slice(BASE.length + 1)
  t.equal((await server.get(next)).status, 200)
  t.equal((await server.get(next.replace('Patient/a', 'Patient/b'))).status, 400)
  t.equal((await server.get(next.replace('Condition', 'Observation'))).status, 400)
  t.equal((await server.get(next.replace('Patient/a/', ''))).status, 400)
})

t.test('in a batch', async (t) => {
  const server = await filled(t)
  const { json } = await server.post(
    '',
    batch(get('Patient/a/Condition?code=cold'), get('?_type=Device'), get('a/b/C')),
  )
  t.strictSame(names({ json: json.entry[0].resource }), ['Condition/c2'])
  t.strictSame(names({ json: json.entry[1].resource }), ['Device/d'])
  t.match(json.entry[2].response, { status: '404 Not Found' })
})

t.test('changes between pages neither lose nor repeat an untouched resource', async (t) => {
  const server = await filled(t)
  const before = (await walk(server, 'Patient/a/*')).seen
  let at = 0
  const changes = [
    () => server.delete('Condition/c2'),
    () => server.put('Condition/c9', condition('c9')),
    () => server.put('Observation/o1', observation('o1', { status: 'amended' })),
    () => server.put('AllergyIntolerance/x', { resourceType: 'AllergyIntolerance', id: 'x', patient: patientRef('a') }),
  ]
  const { seen } = await walk(server, 'Patient/a/*?_count=1', async () => changes[at++]?.())
  t.equal(new Set(seen).size, seen.length)
  for (const name of before.filter((one) => one !== 'Condition/c2')) t.ok(seen.includes(name), name)
})

t.test('the CapabilityStatement tells of it', async (t) => {
  const server = await openServer(t)
  const [rest] = (await server.get('metadata')).json.rest
  t.ok(rest.interaction.some(({ code }: Json) => code === 'search-system'))
  t.ok(rest.compartment.includes('http://hl7.org/fhir/CompartmentDefinition/relatedPerson'))
  t.strictSame(rest.searchParam.map(({ name }: Json) => name).slice(0, 3), ['_id', '_lastUpdated', '_profile'])
  t.notOk(rest.resource[0].interaction.some(({ code }: Json) => code === 'search-system'))
})
