import t, { type Test } from 'tap'
import { worked } from '../../resources/effort.ts'
import {
  batch,
  get,
  identified,
  jsonPatch,
  observation,
  patient,
  post,
  put,
  remove,
  transaction,
} from '../support/bundles.ts'
import { storeFolder } from '../support/folder.ts'
import { searchParameter } from '../support/search-parameters.ts'
import { type Json, openServer, type TestServer } from '../support/server.ts'

const parameter = (code: string, expression: string, more: Json = {}) =>
  searchParameter(code, expression, { id: code, ...more })

const nick = (more: Json = {}) => parameter('nick', "Patient.name.where(use = 'nickname').given", more)
const STRICT = { prefer: 'handling=strict' }

/** A server that does not come to index what is older than the parameter `nick`, with a Patient and what leads there. */
async function behind(t: Test, folder = storeFolder(t)): Promise<TestServer> {
  const server = await openServer(t, { DATA_DIR: folder })
  await server.put('Patient/old', patient({ id: 'old', name: [{ use: 'nickname', given: ['Ada'] }] }))
  await server.put('Observation/o', observation({ id: 'o', subject: { reference: 'Patient/old' } }))
  await server.services.reindex.stop()
  await server.put('SearchParameter/nick', nick())
  return server
}

const warnings = ({ json }: { json: Json }): string[] =>
  (json.entry ?? [])
    .filter((one: Json) => one.search?.mode === 'outcome')
    .flatMap((one: Json) => one.resource.issue)
    .filter((issue: Json) => issue.code === 'incomplete' && issue.severity === 'warning')
    .map((issue: Json) => issue.diagnostics)

t.test('a search says that the index behind it is not complete, and only such a search', async (t) => {
  const server = await behind(t)
  for (const search of [
    'Patient?nick=ada',
    'Patient?nick:missing=true',
    'Patient?nick:exact=Ada&_summary=count',
    'Patient?family=x&_sort=-nick',
    'Patient?_filter=nick eq ada',
    'Patient?_has:Observation:subject:patient.nick=ada',
    'Observation?subject.nick=ada',
    'Observation?subject:Patient.nick=ada',
  ]) {
    const reply = await server.get(search)
    t.equal(reply.status, 200, search)
    t.match(warnings(reply), [/Patient\.nick yet.*missing/], search)
    const strict = await server.get(search, STRICT)
    t.equal(strict.status, 503, search)
    t.equal(strict.headers['retry-after'], '5')
    t.match(strict.json.issue, [{ severity: 'error', code: 'incomplete' }])
  }
  for (const search of [
    'Patient?name=ada',
    'Observation?subject=Patient/old',
    'Patient?_id=old',
    'Practitioner?name=x',
  ]) {
    const reply = await server.get(search, STRICT)
    t.equal(reply.status, 200, search)
    t.same(warnings(reply), [], search)
  }
  const inBatch = await server.post('', batch(get('Patient?nick=ada')))
  t.match(inBatch.text, /Patient\.nick yet/)
})

t.test('includes and composites of it, too', async (t) => {
  const server = await behind(t)
  await server.put(
    'SearchParameter/general',
    parameter('general', "Patient.extension.where(url = 'http://x').value.ofType(Reference)", { type: 'reference' }),
  )
  const component = [
    { definition: 'http://hl7.org/fhir/SearchParameter/Patient-family', expression: 'family' },
    { definition: 'http://hl7.org/fhir/SearchParameter/Patient-given', expression: 'given' },
  ]
  const both = await server.put(
    'SearchParameter/both',
    parameter('both', 'Patient.name', {
      type: 'composite',
      component: component.map((one) => ({ ...one, definition: one.definition.replace('Patient', 'individual') })),
    }),
  )
  t.equal(both.status, 201, both.text)
  for (const [search, name] of [
    ['Patient?_include=Patient:general', 'general'],
    ['Patient?_include=*', 'general'],
    ['Patient?both=x$y', 'name#'],
  ] as const) {
    const found = await server.get(search)
    t.ok(warnings(found)[0]?.includes(`Patient.${name}`), `${search} ${found.text.slice(0, 300)}`)
  }
  t.same(warnings(await server.get('Patient?_include=Patient:organization')), [])
})

t.test('nothing that is conditional acts on it', async (t) => {
  const server = await behind(t)
  const before = (await server.get('_history?_count=0')).json.total
  const ada = patient({ name: [{ use: 'nickname', given: ['Ada'] }] })
  const replies = {
    create: await server.ask('POST', 'Patient', ada, { 'if-none-exist': 'nick=ada' }),
    update: await server.put('Patient?nick=ada', ada),
    delete: await server.delete('Patient?nick=ada'),
    patch: await server.patch('Patient?nick=ada', [{ op: 'remove', path: '/name' }], {
      'content-type': 'application/json-patch+json',
    }),
    chained: await server.delete('Observation?subject.nick=ada'),
    'in a transaction': await server.post('', transaction(post(ada, { ifNoneExist: 'nick=ada' }))),
    'a reference': await server.post(
      '',
      transaction(post(observation({ subject: { reference: 'Patient?nick=ada' } }))),
    ),
  }
  for (const [name, { status, headers, json }] of Object.entries(replies)) {
    t.equal(status, 503, name)
    t.equal(headers['retry-after'], '5', name)
    t.match(json.issue[0], { severity: 'error', code: 'incomplete', diagnostics: /Patient\.nick/ }, name)
  }
  const inBatch = await server.post(
    '',
    batch(put(ada, 'Patient?nick=ada'), remove('Patient?nick=ada'), jsonPatch('Patient?nick=ada', [])),
  )
  for (const { response } of inBatch.json.entry) t.match(response.status, /^503/)
  t.equal((await server.get('_history?_count=0')).json.total, before, 'nothing was written')
  const other = await server.ask('POST', 'Patient', identified('1'), { 'if-none-exist': 'identifier=http://x|1' })
  t.equal(other.status, 201, 'what rests on other parameters goes on')
})

t.test(
  'when all is indexed, searches and writes go on; a parameter that was away for a while is not all indexed',
  async (t) => {
    const folder = storeFolder(t)
    await (await behind(t, folder)).services.close()
    const server = await openServer(t, { DATA_DIR: folder })
    t.match(warnings(await server.get('Patient?nick=ada')), [/nick/], 'the store knows after a restart')
    await server.services.reindex.run()
    t.equal((await server.get('Patient?nick=ada', STRICT)).json.entry.length, 1)
    const ada = patient({ name: [{ use: 'nickname', given: ['Ada'] }] })
    t.equal((await server.ask('POST', 'Patient', ada, { 'if-none-exist': 'nick=ada' })).status, 200)
    const retired = server.put('SearchParameter/nick', nick({ status: 'retired' }))
    const between = server.put('Patient/between', { ...ada, id: 'between' })
    await Promise.all([retired, between])
    await server.services.reindex.stop()
    await server.put('SearchParameter/nick', nick())
    t.equal((await server.get('Patient?nick=ada', STRICT)).status, 503)
    await server.services.close()
    const again = await openServer(t, { DATA_DIR: folder })
    t.equal((await again.get('Patient?nick=ada', STRICT)).status, 503)
    await again.services.reindex.run()
    t.equal((await again.get('Patient?nick=ada', STRICT)).json.entry.length, 2)
  },
)

t.test('taken away and given back while all is indexed, what was written between is not missed', async (t) => {
  const server = await openServer(t)
  await server.put('SearchParameter/nick', nick())
  await server.services.reindex.run()
  const change = async (status: string) => server.put('SearchParameter/nick', nick({ status }))
  await server.post('$reindex', undefined)
  await change('retired')
  await server.put('Patient/between', patient({ id: 'between', name: [{ use: 'nickname', given: ['Ada'] }] }))
  await change('active')
  await server.services.reindex.run()
  t.equal((await server.get('Patient?nick=ada', STRICT)).json.entry?.length, 1)
})

t.test('entries that were made in another way are all in doubt', async (t) => {
  const folder = storeFolder(t)
  const first = await openServer(t, { DATA_DIR: folder })
  await first.put('Patient/a', identified('1', { id: 'a' }))
  const note = { run: { made: 'another', custom: [] }, covered: { made: 'another', custom: [] }, done: 1 }
  const finished = '2026-01-01T00:00:00.000Z'
  const reindex = JSON.stringify({ ...note, started: finished, finished })
  await first.services.store.commit({ changes: [], guards: [], notes: { reindex } })
  await first.services.close()
  const server = await openServer(t, { DATA_DIR: folder })
  t.match(warnings(await server.get('Patient?identifier=1')), [/Patient\.identifier/])
  t.match(warnings(await server.get('Patient?_text=x')), [/_text/])
  t.match(warnings(await server.get('Patient/a/*')), [/and? ?\d* other parameters|, \d+ other parameters/])
  t.match(warnings(await server.get('Patient/a/$everything')), [/missing/])
  t.same(warnings(await server.get('Patient?_id=a')), [])
  t.equal((await server.put('Patient?identifier=http://x|1', identified('1'))).status, 503)
  await server.services.reindex.run()
  t.same(warnings(await server.get('Patient/a/$everything')), [])
  t.equal((await server.put('Patient?identifier=http://x|1', identified('1'))).status, 200)
})

t.test(
  'a resource on which an expression takes too long is stored, and the parameter says what it lacks',
  async (t) => {
    const folder = storeFolder(t)
    const server = await openServer(t, { DATA_DIR: folder })
    const overruns: unknown[] = []
    server.services.reindex.onOverrun = (overrun) => overruns.push(overrun)
    const costly = parameter('costly', `Patient.name.family${'.distinct()'.repeat(60)}`)
    t.equal((await server.put('SearchParameter/costly', costly)).status, 201)
    await server.services.reindex.run()
    const large = patient({ name: Array.from({ length: 3000 }, (_, at) => ({ family: `Secret${at}` })) })
    const began = worked()
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      t.equal((await server.put(`Patient/${id}`, { ...large, id })).status, 201, 'the write is not lost')
    }
    t.ok(worked() - began < 10_000)
    t.same(overruns, [{ type: 'Patient', code: 'costly' }], 'told once, and of no patient')
    t.equal((await server.get('Patient/a')).json.name.length, 3000)
    t.match(warnings(await server.get('Patient?costly=secret1')), [/could not be indexed by Patient\.costly.*too long/])
    t.equal((await server.get('Patient?costly=secret1', STRICT)).status, 409)
    t.equal((await server.put('Patient?costly=secret1', large)).status, 409)
    await server.services.close()
    const again = await openServer(t, { DATA_DIR: folder })
    t.match(warnings(await again.get('Patient?costly=secret1')), [/could not be indexed/], 'known after a restart')
    await again.services.reindex.start()
    await again.services.reindex.run()
    t.match(warnings(await again.get('Patient?costly=secret1')), [/could not be indexed/], 'and when indexed anew')
    await again.put('SearchParameter/costly', { ...costly, expression: 'Patient.name.family' })
    await again.services.reindex.run()
    t.equal((await again.get('Patient?costly=secret1&_summary=count', STRICT)).json.total, 6, 'until it is changed')
  },
)
