import t from 'tap'
import { batch, identified, patient, post, put, remove, transaction, versions } from '../../support/bundles.ts'
import { openServer, type TestServer } from '../../support/server.ts'

/** Parameters that R4 defines for all types and that are not built yet. */
const UNBUILT = ['_query=x']
const NOT_YET = {
  resourceType: 'OperationOutcome',
  issue: [{ code: 'not-supported', diagnostics: /not supported yet/ }],
}

t.test('a parameter that is not built yet is refused, not ignored', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', identified('1', { id: 'p', birthDate: '1999-01-01' }))
  for (const query of UNBUILT) {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const [name, reply] of [
      ['search', await server.get(`Patient?${query}`)],
      ['search beside another', await server.get(`Patient?active=true&${query}`)],
      ['lenient search', await server.get(`Patient?${query}`, { prefer: 'handling=lenient' })],
      ['_search', await server.post('Patient/_search', query, form)],
      ['If-None-Exist', await server.post('Patient', patient(), { 'if-none-exist': query })],
      [
        'If-None-Exist beside another',
        await server.post('Patient', patient(), { 'if-none-exist': `active=true&${query}` }),
      ],
      ['conditional update', await server.put(`Patient?${query}`, patient())],
      ['conditional delete', await server.delete(`Patient?${query}`)],
    ] as const) {
      t.match(reply, { status: 400, json: NOT_YET }, `${name} ${query}`)
    }
  }
  t.equal(await versions(server), 1)
})

t.test('what is for searches alone is refused in the criteria of a write, whatever its value', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', identified('1', { id: 'p' }))
  const words = { status: 400, json: { issue: [{ code: 'not-supported', diagnostics: /for searches as a whole/ }] } }
  for (const query of ['_contained=true', '_contained=false', 'identifier=1&_containedType=container']) {
    t.match(await server.post('Patient', patient(), { 'if-none-exist': query }), words, query)
    t.match(await server.put(`Patient?${query}`, patient()), words, query)
    t.match(await server.delete(`Patient?${query}`), words, query)
    const entry = post(patient(), { ifNoneExist: query })
    t.match(await server.post('', transaction(entry)), words, query)
  }
  t.equal(await versions(server), 1)
})

t.test('nor is it in entries of a Bundle', async (t) => {
  const server = await openServer(t)
  const [query] = UNBUILT
  for (const entry of [
    post(patient(), { ifNoneExist: query }),
    put(patient(), `Patient?${query}`),
    remove(`Patient?${query}`),
    { request: { method: 'GET', url: `Patient?${query}` } },
  ]) {
    const refused = await server.post('', transaction(post(patient()), entry))
    t.match(refused, { status: 400, json: NOT_YET }, entry.request.method)
    t.match(refused.json.issue[0].expression, ['Bundle.entry[1]'])
    const { json } = await server.post('', batch(entry))
    t.match(json.entry[0].response, { status: '400 Bad Request', outcome: NOT_YET })
  }
  t.equal(await versions(server), 0)
})

t.test('what R4 does not define is another matter', async (t) => {
  const server = await openServer(t)
  t.match(await server.get('Patient?shoe=1'), { status: 200, json: { total: 0 } })
  const refused = await server.post('Patient', patient(), { 'if-none-exist': 'shoe=1' })
  t.equal(refused.status, 400)
  t.notMatch(refused.json.issue[0].diagnostics, /yet/)
  t.notMatch((await server.get('Observation?birthdate=2000')).json, NOT_YET, 'it is defined for patients alone')
})

/** What Node makes of a header whose bytes are UTF-8. */
const raw = (text: string) => Buffer.from(text).toString('latin1')

t.test('If-None-Exist may be raw UTF-8, percent-encoded, or Latin-1', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', identified('Zürich-Ω-東', { id: 'p', name: [{ family: 'Müller' }] }))
  await server.put('Patient/q', identified('Zürich', { id: 'q' }))
  const create = (criteria: string) => server.post('Patient', patient(), { 'if-none-exist': criteria })
  for (const [criteria, id] of [
    [raw('identifier=http://x|Zürich-Ω-東'), 'p'],
    [raw('?identifier=Zürich-Ω-東'), 'p'],
    [`identifier=${encodeURIComponent('Zürich-Ω-東')}`, 'p'],
    [raw('name=Müller'), 'p'],
    ['identifier=Zürich', 'q'],
  ] as const) {
    t.match(await create(criteria), { status: 200, json: { id } }, criteria)
  }
  t.equal((await create(raw('identifier=http://x|Zürich-Ω-京'))).status, 201)
  const entry = post(patient(), { ifNoneExist: 'identifier=http://x|Zürich-Ω-東' })
  t.match((await server.post('', transaction(entry))).json.entry[0].response, { status: '200 OK' })
})

const NAMES = { odysseus: 'Οδυσσεύς', sigma: 'Σίσυφος', street: 'Straße', dotted: 'İpek', angstrom: 'Ångström' }

async function named(server: TestServer, query: string): Promise<string[]> {
  const { json } = await server.get(`Patient?${query.replace(/[^\x20-\x7e]+/g, encodeURIComponent)}`)
  return (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id)
}

t.test('names are found whatever the case, with the sigma at the end of a word', async (t) => {
  const server = await openServer(t)
  for (const [id, family] of Object.entries(NAMES))
    await server.put(`Patient/${id}`, patient({ id, name: [{ family }] }))
  for (const name of ['ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς', 'οδυσσευσ', 'οδυσσευς', 'ΟΔΥΣ', 'οδυς', 'Οδυσσεύ']) {
    t.strictSame(await named(server, `name=${name}`), ['odysseus'], name)
    t.strictSame(await named(server, `family:contains=${name.slice(1)}`), ['odysseus'], name)
  }
  t.strictSame(await named(server, 'family:exact=Οδυσσεύς'), ['odysseus'])
  t.strictSame(await named(server, 'family:exact=Οδυσσεύσ'), [])
  t.strictSame(await named(server, 'name=σίς'), ['sigma'])
  t.strictSame(await named(server, 'name=STRASSE'), ['street'])
  t.strictSame(await named(server, 'name=ANGSTROM'), ['angstrom'])
  t.strictSame(await named(server, 'name=ipek'), ['dotted'])
})
