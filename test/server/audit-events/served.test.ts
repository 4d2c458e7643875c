import t from 'tap'
import { accessTo } from '../../support/rights.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const EVENT = {
  resourceType: 'AuditEvent',
  type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110114' },
  recorded: '2026-01-02T03:04:05Z',
  action: 'E',
  agent: [{ who: { reference: 'Practitioner/elsewhere' }, requestor: true }],
  source: { observer: { display: 'ris' } },
  entity: [{ what: { reference: 'Patient/a' } }],
}

const idsOf = ({ json }: { json: Json }): string[] => (json.entry ?? []).map((entry: Json) => entry.resource.id)

async function readPatient(server: TestServer, id: string) {
  await server.put(`Patient/${id}`, { resourceType: 'Patient', id })
  await server.get(`Patient/${id}`)
}

t.test('what is done is read and searched as AuditEvents, and that is on record once', async (t) => {
  const server = await openServer(t)
  await readPatient(server, 'a')
  await readPatient(server, 'b')
  const found = await server.get('AuditEvent?patient=Patient/a&action=R')
  t.equal(found.status, 200)
  t.equal(found.json.total, 1)
  const [{ fullUrl, resource }] = found.json.entry
  t.match(resource, {
    type: { code: 'rest' },
    subtype: [{ code: 'read' }],
    entity: [{ what: { reference: 'Patient/a/_history/1' } }, {}],
  })
  t.equal(fullUrl, `http://127.0.0.1:8080/fhir/AuditEvent/${resource.id}`)
  const read = await server.get(`AuditEvent/${resource.id}`)
  t.strictSame([read.status, read.headers.etag, read.json], [200, 'W/"1"', resource])
  t.strictSame((await server.get(`AuditEvent/${resource.id}/_history/1`)).json, resource)
  t.equal((await server.get(`AuditEvent/${resource.id}/_history/2`)).status, 404)
  t.equal((await server.get('AuditEvent/nothing')).status, 404)
  const history = await server.get(`AuditEvent/${resource.id}/_history`)
  t.match(history.json, {
    type: 'history',
    total: 1,
    entry: [{ request: { method: 'POST', url: 'AuditEvent' }, resource }],
  })
  const searches = await server.get('AuditEvent?subtype=search-type&entity-role=24&_summary=count')
  t.equal(searches.json.total, 1, 'the search before this one')
})

t.test('an AuditEvent that is sent goes into the log as it is, to a number, and nobody changes it', async (t) => {
  const server = await openServer(t)
  const text = JSON.stringify({ ...EVENT, extension: [{ url: 'http://x.example/dose', valueDecimal: 0 }] })
  const created = await server.post('AuditEvent', text.replace('"valueDecimal":0', '"valueDecimal":1.50'))
  t.equal(created.status, 201)
  const { id, meta } = created.json
  t.equal(created.headers.location, `http://127.0.0.1:8080/fhir/AuditEvent/${id}/_history/1`)
  t.match(meta, { versionId: '1', lastUpdated: /^20/ })
  const read = await server.get(`AuditEvent/${id}`)
  t.equal(read.text, created.text)
  t.match(read.text, /"valueDecimal":1\.50/)
  for (const query of [
    'date=2026-01-02',
    'patient=a&type=110114',
    'agent=Practitioner/elsewhere',
    `_id=${id}`,
    'type=110114',
    '_lastUpdated=gt2026-06-01&type=110114',
  ]) {
    t.strictSame(idsOf(await server.get(`AuditEvent?${query}`)), [id], query)
  }
  t.equal((await server.post('AuditEvent', { ...EVENT, agent: [] })).status, 400)
  t.equal((await server.post('AuditEvent', { ...EVENT, outcomeDesc: 'x'.repeat(300_000) })).status, 413)
  const [own] = (await server.get('AuditEvent?_count=1')).json.entry
  t.match(own.resource.extension, [{ url: /audit-chain$/ }])
  t.equal((await server.post('AuditEvent', own.resource)).status, 422, 'nobody else says that this server recorded it')
  for (const [method, path, body] of [
    ['PUT', `AuditEvent/${id}`, { ...EVENT, id }],
    ['PUT', 'AuditEvent?action=E', EVENT],
    ['PATCH', `AuditEvent/${id}`, { resourceType: 'Parameters' }],
    ['DELETE', `AuditEvent/${id}`, undefined],
    ['DELETE', 'AuditEvent?action=E', undefined],
  ] as const) {
    const { status, headers } = await server.ask(method, path, body)
    t.strictSame([status, /PUT|DELETE|PATCH/.test(headers.allow ?? '')], [405, false], `${method} ${path}`)
  }
  t.equal((await server.post('AuditEvent', EVENT, { 'if-none-exist': 'action=E' })).status, 400)
  t.equal((await server.get(`AuditEvent/${id}`)).text, created.text)
})

t.test('AuditEvents in Bundles: a transaction has them in the log with the rest, or nothing', async (t) => {
  const server = await openServer(t)
  const entry = (method: string, url: string, resource?: object, fullUrl?: string) => ({
    fullUrl,
    request: { method, url },
    resource,
  })
  const bundle = (type: string, ...entries: object[]) => ({ resourceType: 'Bundle', type, entry: entries })
  const provenance = {
    resourceType: 'Provenance',
    target: [{ reference: 'urn:uuid:6b4b1a3e-63a6-4c06-9bb1-6d8d1f9a6c11' }],
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ who: { reference: 'Practitioner/x' } }],
  }
  const written = await server.post(
    '',
    bundle(
      'transaction',
      entry('POST', 'Provenance', provenance, 'urn:uuid:6b4b1a3e-63a6-4c06-9bb1-6d8d1f9a6c12'),
      entry('POST', 'AuditEvent', EVENT, 'urn:uuid:6b4b1a3e-63a6-4c06-9bb1-6d8d1f9a6c11'),
      entry('PUT', 'Patient/a', { resourceType: 'Patient', id: 'a' }),
    ),
  )
  t.equal(written.status, 200)
  t.strictSame(
    written.json.entry.map(({ response }: Json) => response.status.slice(0, 3)),
    ['201', '201', '201'],
  )
  const [id] = idsOf(await server.get('AuditEvent?type=110114'))
  t.match(written.json.entry[1].response.location, new RegExp(`AuditEvent/${id}/_history/1$`))
  t.match((await server.get('Provenance')).json.entry[0].resource.target[0].reference, `AuditEvent/${id}`)
  const refused = await server.post(
    '',
    bundle('transaction', entry('POST', 'AuditEvent', EVENT), entry('DELETE', `AuditEvent/${id}`)),
  )
  t.equal(refused.status, 400)
  const batch = await server.post(
    '',
    bundle('batch', entry('POST', 'AuditEvent', EVENT), entry('DELETE', `AuditEvent/${id}`)),
  )
  t.strictSame(
    batch.json.entry.map(({ response }: Json) => response.status.slice(0, 3)),
    ['201', '405'],
  )
  t.equal((await server.get('AuditEvent?type=110114')).json.total, 2)
})

t.test('pages neither lose nor repeat what was there, while reading adds to the log', async (t) => {
  const server = await openServer(t)
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await readPatient(server, id)
  for (const sort of ['', '&_sort=-date', '&_sort=date', '&_sort=_lastUpdated']) {
    const before = idsOf(await server.get(`AuditEvent?_count=1000${sort}`))
    const seen: string[] = []
    let path: string | undefined = `AuditEvent?_count=3${sort}`
    for (let pages = 0; path && pages < 100; pages++) {
      const page: Json = await server.get(path)
      seen.push(...idsOf(page))
      const next: string | undefined = page.json.link.find(({ relation }: Json) => relation === 'next')?.url
      path = next?.slice('http://127.0.0.1:8080/fhir/'.length)
    }
    t.equal(new Set(seen).size, seen.length, 'nothing twice')
    t.strictSame(
      seen.filter((id) => before.includes(id)),
      before,
      `all that was there, in its order ${sort}`,
    )
    t.ok(seen.length <= before.length + 16, 'no more than was there when the listing began')
  }
  t.equal((await server.get('AuditEvent?_sort=agent')).status, 400)
  t.equal((await server.get('AuditEvent?_count=3&_cursor=forged')).status, 400)
})

t.test('what narrows by other resources is looked up first', async (t) => {
  const server = await openServer(t)
  await server.put('Practitioner/elsewhere', {
    resourceType: 'Practitioner',
    id: 'elsewhere',
    name: [{ family: 'Ada' }],
  })
  await server.put('Patient/a', { resourceType: 'Patient', id: 'a', identifier: [{ system: 's', value: '1' }] })
  const { id } = (await server.post('AuditEvent', EVENT)).json
  await server.put('List/l', {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: `AuditEvent/${id}` } }],
  })
  for (const query of [
    'agent:Practitioner.name=ada',
    'patient.identifier=s|1&type=110114',
    '_list=l',
    '_has:List:item:status=current',
  ]) {
    t.strictSame(idsOf(await server.get(`AuditEvent?${query}`)), [id], query)
  }
  t.strictSame(idsOf(await server.get('AuditEvent?agent:Practitioner.name=bob')), [])
  const included = await server.get('AuditEvent?type=110114&_include=AuditEvent:agent&_include=AuditEvent:entity')
  t.strictSame(
    included.json.entry.map((entry: Json) => [entry.search.mode, entry.resource.id]),
    [
      ['match', id],
      ['include', 'elsewhere'],
      ['include', 'a'],
    ],
  )
})

t.test('nothing leads to the log but searches that name it', async (t) => {
  const server = await openServer(t)
  await readPatient(server, 'a')
  for (const path of ['Patient/a/$everything', 'Patient?_revinclude=*', 'Patient/a/*', '', '_history']) {
    const { status, text } = await server.get(path)
    t.equal(status, 200, path)
    t.notMatch(text, /"resourceType":"AuditEvent"/, path)
  }
  for (const path of [
    'Patient?_revinclude=AuditEvent:patient',
    'Patient?_has:AuditEvent:patient:action=R',
    'List?item:AuditEvent.action=R',
    'AuditEvent?_contained=true',
    '?_type=AuditEvent,Patient&_sort=_lastUpdated',
  ]) {
    t.equal((await server.get(path)).status, 400, path)
  }
  t.ok(idsOf(await server.get('Patient/a/AuditEvent')).length > 2)
  const mixed = await server.get('?_type=AuditEvent,Patient&_count=3')
  t.strictSame(
    mixed.json.entry.map((entry: Json) => entry.resource.resourceType),
    ['AuditEvent', 'AuditEvent', 'AuditEvent'],
  )
})

t.test('who may see a part of the log sees that, and the rest is not there', async (t) => {
  const server = await openServer(t)
  await readPatient(server, 'a')
  await readPatient(server, 'b')
  const all = (await server.get('AuditEvent?_count=1000')).json.entry.map(({ resource }: Json) => resource)
  const ofB = all.find((event: Json) => JSON.stringify(event).includes('Patient/b')).id
  const some = server.as(accessTo({ AuditEvent: 'patient=Patient/a' }))
  t.equal((await some.get('AuditEvent?subtype=read,update')).json.total, 2)
  t.equal((await some.get('AuditEvent?patient=Patient/b')).json.total, 0)
  t.equal((await some.get(`AuditEvent/${ofB}`)).status, 404)
  t.equal((await some.get(`AuditEvent/${ofB}/_history`)).status, 404)
  const history = (await some.get('AuditEvent/_history')).json
  t.equal(history.total, history.entry.length)
  t.ok(history.entry.every((entry: Json) => JSON.stringify(entry.resource).includes('"Patient/a"')))
  t.equal((await some.get('AuditEvent/$counts')).status, 403)
  const none = server.as(accessTo({ Patient: 'all' }))
  t.equal((await none.get('AuditEvent')).status, 403)
  t.equal((await none.post('AuditEvent', EVENT)).status, 403)
})

t.test('deeds are counted by day, agent, subtype, action and outcome', async (t) => {
  const server = await openServer(t)
  await readPatient(server, 'a')
  await server.get('Patient/nobody')
  const rows = async (query: string) => {
    const { json } = await server.get(`AuditEvent/$counts${query}`)
    const counts = json.parameter.filter(({ name }: Json) => name === 'count')
    return counts.map(({ part }: Json) => part.map((one: Json) => one.valueString ?? one.valueDecimal))
  }
  const today = new Date().toISOString().slice(0, 10)
  t.match(await rows(''), [[today, 3]])
  t.match(await rows('?by=subtype'), [
    ['read', 2],
    ['counts', 1],
    ['update', 1],
  ])
  t.match(await rows('?by=outcome'), [
    ['0', 4],
    ['4', 1],
  ])
  t.strictSame(await rows('?by=action&start=2020-01-01&end=2020-12-31'), [])
  t.equal((await server.get('AuditEvent/$counts?by=color')).status, 400)
  t.equal((await server.get('AuditEvent/$counts?start=2026-02-01&end=2026-01-01')).status, 400)
})

t.test('the CapabilityStatement has of AuditEvent what works', async (t) => {
  const server = await openServer(t)
  const { resource: types } = (await server.get('metadata')).json.rest[0]
  const own = types.find(({ type }: Json) => type === 'AuditEvent')
  t.strictSame(own.interaction.map(({ code }: Json) => code).sort(), [
    'create',
    'history-instance',
    'history-type',
    'read',
    'search-type',
    'vread',
  ])
  t.match(own, {
    conditionalCreate: false,
    conditionalUpdate: false,
    conditionalDelete: 'not-supported',
    updateCreate: false,
  })
  for (const name of ['purpose', 'request-id', 'patient', 'date'])
    t.ok(
      own.searchParam.some((one: Json) => one.name === name),
      name,
    )
  const patient = types.find(({ type }: Json) => type === 'Patient')
  t.notOk(patient.searchRevInclude.some((name: string) => name.startsWith('AuditEvent')))
})
