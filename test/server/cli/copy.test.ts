import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Verdict } from '../../../auth/audit/chain.ts'
import { type AuditKeeper, makeHeads } from '../../../auth/audit/heads.ts'
import { verifyStore } from '../../../auth/audit/proof.ts'
import { MongoStore } from '../../../resources/store/mongo/store.ts'
import { SqliteStore } from '../../../resources/store/sqlite/store.ts'
import type { StateChange } from '../../../resources/store/state.ts'
import { carryKnowledge, digestOfKnowledge, knowledgeDifferences } from '../../../server/copy/knowledge.ts'
import { openKnowledge } from '../../../server/knowledge.ts'
import { batch, put } from '../../support/bundles.ts'
import { storeFolder } from '../../support/folder.ts'
import { mongoUrl, mongoUrlToKillOn, sessionsEnded, withoutMongo } from '../../support/mongo.ts'
import { searchParameter } from '../../support/search-parameters.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'
import { wholeChains } from '../../support/whole-chains.ts'

const CLI = join(import.meta.dirname, '..', '..', '..', 'server', 'cli', 'main.ts')

const skip = await withoutMongo()

t.setTimeout(600_000)

/** ms */
const DAY = 24 * 60 * 60 * 1000

/** A run of the command. */
interface Run {
  process: ChildProcess
  ended: Promise<{ code: number | null; output: string }>
}

function start(from: string, to: string, environment: Record<string, string> = {}): Run {
  const env = { ...process.env, MONGODB_URL: '', ...environment }
  const child = spawn(process.execPath, [CLI, 'copy', '--from', from, '--to', to], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  return { process: child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output })) }
}

const copy = (...args: Parameters<typeof start>) => start(...args).ended

/** The table of types that a run has printed, with its digests. */
const table = (output: string) => output.split('\n').filter((line) => /[\da-f]{64}$/.test(line))

const onSqlite = (t: Test, folder: string) => openServer(t, { DATA_DIR: folder, MONGODB_URL: '' })
const onMongo = (t: Test, url: string) => openServer(t, { DATA_DIR: storeFolder(t), MONGODB_URL: url })

const BIRTH_PLACE = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace'

const observation = (id: string, value: string) =>
  `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"weight"},
    "subject":{"reference":"Patient/p"},"valueQuantity":{"value":${value},"unit":"kg"}}`

/** Some of all that a store may have. */
async function fill(server: TestServer): Promise<void> {
  const parameter = searchParameter('birth-city', `Patient.extension.where(url = '${BIRTH_PLACE}').value.city`)
  const medication = { resourceType: 'Medication', id: 'm', code: { text: 'aspirin' } }
  const patient = {
    resourceType: 'Patient',
    id: 'p',
    name: [{ family: 'Åström' }],
    extension: [{ url: BIRTH_PLACE, valueAddress: { city: 'Lübeck' } }],
  }
  const statuses = [
    await server.put('Patient/p', patient),
    await server.put('Observation/o', observation('o', '70.50')),
    await server.put('Observation/o', observation('o', '71.00')),
    await server.patch('Observation/o', [{ op: 'replace', path: '/status', value: 'amended' }], {
      'content-type': 'application/json-patch+json',
    }),
    await server.put('Observation/gone', observation('gone', '1e2')),
    await server.delete('Observation/gone'),
    await server.put('Observation/back', observation('back', '2')),
    await server.delete('Observation/back'),
    await server.put('Observation/back', observation('back', '3.0')),
    await server.post('SearchParameter', { ...parameter, id: 'city' }),
    await server.put('MedicationRequest/r', {
      resourceType: 'MedicationRequest',
      id: 'r',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/p' },
      contained: [medication],
      medicationReference: { reference: '#m' },
    }),
    await server.post('Patient', { resourceType: 'Patient', active: true }, { 'idempotency-key': 'once' }),
  ].map(({ status }) => status)
  if (statuses.some((status) => status >= 300)) throw new Error(`not all was written: ${statuses}`)
  await server.services.reindex.run()
}

const SEARCHES = [
  'Patient?name=astrom',
  'Patient?birth-city=lubeck',
  'Patient?active=true',
  'Observation?patient=p&_sort=-_lastUpdated,_id',
  'Observation?value-quantity=3',
  'Observation?value-quantity=71&subject:Patient.name=astrom',
  'Patient?_has:Observation:patient:status=amended',
  'MedicationRequest?_include=MedicationRequest:subject',
  'Medication?_contained=true&code:text=aspirin',
  '_history',
  'Observation/_history',
  'Observation/back/_history',
  'Observation/o/_history?_count=2',
  `_history?_at=${new Date().toISOString().slice(0, 10)}`,
]

const READS = [
  'Observation/o',
  'Observation/o/_history/1',
  'Observation/o/_history/3',
  'Observation/gone',
  'Observation/gone/_history/1',
  'Observation/gone/_history/2',
  'Observation/back',
  'Patient/p',
]

/** State of each kind that is carried, and of some that are not. */
const stateOf = (mark: string): StateChange[] => [
  ...['client', 'user', 'policy', 'revoked'].map(
    (of): StateChange => ({ kind: 'put', of, key: mark, value: { mark: `${of} ä` }, aliases: ['m'] }),
  ),
  { kind: 'put', of: 'revoked', key: 'jti', value: 1, expires: Date.now() + 3_600_000 },
  ...['session', 'jti', 'btg', 'oidc:Grant'].map((of): StateChange => ({ kind: 'put', of, key: mark, value: 1 })),
]

async function stateIn({ services: { store } }: TestServer): Promise<string[]> {
  const kinds = ['client', 'user', 'key', 'policy', 'revoked', 'session', 'jti', 'btg', 'oidc:Grant']
  const lists = await Promise.all(kinds.map((kind) => store.state.list(kind, undefined, 99)))
  return lists.flatMap((entries, at) =>
    entries.map(({ key, revision, value }) => `${kinds[at]}/${key}/${revision} ${JSON.stringify(value)}`),
  )
}

/** Puts records into the audit log, alone and along with a change. */
async function record({ services: { store } }: TestServer, mark: string): Promise<void> {
  for (let at = 0; at < 20; at++) {
    const audit = [
      { text: JSON.stringify({ mark, at }), keys: [`p ${mark}`, `r ${at}`], tally: `R ${at % 3}`, changes: [] },
    ]
    const state: StateChange[] =
      at % 4 === 0 ? [{ kind: 'put', of: 'policy', key: 'audited', value: { mark, at } }] : []
    await store.commit({ changes: [], guards: [], state, audit })
  }
}

async function talliesOf({ services: { store } }: TestServer): Promise<Record<string, number>> {
  const sums: Record<string, number> = {}
  for await (const { tally, count } of store.audit.tallies('2000-01-01', '2999-12-31')) {
    sums[tally] = (sums[tally] ?? 0) + count
  }
  return sums
}

/** What `audit verify` finds. */
async function verdictOf(store: AuditKeeper): Promise<Verdict> {
  const verifying = verifyStore(store)
  for (;;) {
    const step = await verifying.next()
    if (step.done) return step.value
  }
}

/** What a store has of chains that another has, which must be whole. */
async function chainsOf(t: Test, { services: { store } }: TestServer, chains: readonly string[]): Promise<unknown[]> {
  const whole = await wholeChains(t, store.audit)
  // That a copy is made is on record in the store that it is made of.
  return chains.map((chain) => whole.get(chain)?.filter(({ text }) => !text.includes('"c":"export"')))
}

/** What is answered, without what is of a moment, in an order that is no store's own. */
async function answers(server: TestServer): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const path of READS) {
    const { status, text, headers } = await server.get(path)
    all[path] = [status, text, headers.etag, headers['last-modified']]
  }
  for (const path of SEARCHES) {
    const { status, json } = await server.get(path)
    all[path] = [status, json.total, json.entry?.map((entry: Json) => JSON.stringify(entry)).sort()]
  }
  return all
}

const EDITION = { system: 'http://x', name: 'X', content: 'complete', caseSensitive: true } as const

/** A package, and two editions of a code system of which one has no version. */
async function teach({ services: { knowledge } }: TestServer): Promise<void> {
  const info = {
    name: 'a.guide',
    version: '1',
    fhirVersions: ['4.0.1'],
    dependencies: {},
    loaded: '2026-01-01',
    definitions: 0,
  }
  const definition = (url: string) => ({
    type: 'ValueSet',
    url,
    version: '1',
    id: undefined,
    name: 'Äß',
    text: Buffer.from(`{"resourceType":"ValueSet","url":"${url}"}`),
  })
  await knowledge.packages.put(
    info,
    Array.from({ length: 120 }, (_, at) => definition(`http://v/${at}`)),
  )
  for (const version of [undefined, '2']) {
    const draft = await knowledge.concepts.draft({ ...EDITION, version })
    await draft.add([
      { code: 'a', display: `A of ${version}` },
      {
        code: 'b',
        display: 'B',
        parents: ['a'],
        from: '2025-10-01',
        properties: [{ code: 'n', type: 'integer', value: 7 }],
      },
    ])
    await draft.publish()
  }
}

/** Lines about packages and code systems that a run has printed. */
const taught = (output: string) => output.split('\n').filter((line) => /^ {2}(package|code system) /.test(line))

t.test('there and back: packages and code systems', { skip }, async (t) => {
  const [folder, back, url] = [storeFolder(t), storeFolder(t), await mongoUrl(t)]
  const first = await onSqlite(t, folder)
  await teach(first)
  await first.services.close()
  const there = await copy(`sqlite:${folder}`, url)
  t.equal(there.code, 0, there.output)
  t.equal(taught(there.output).length, 3, there.output)
  t.match(there.output, /package a\.guide#1: 120 items/)
  const again = await copy(url, `sqlite:${back}`)
  t.equal(again.code, 0, again.output)
  t.strictSame(taught(again.output).sort(), taught(there.output).sort(), 'the same digests')
  for (const server of [await onMongo(t, url), await onSqlite(t, back)]) {
    const { packages, concepts } = server.services.knowledge
    t.match(await packages.find('ValueSet', 'http://v/119'), [{ name: 'Äß', version: '1', package: 'a.guide' }])
    const source = (await concepts.open('http://x'))!
    t.match(await source.find('a', '2026-01-01'), { display: 'A of 2' })
    t.match(await (await concepts.of({ system: 'http://x', version: undefined }))!.find('a', '2026-01-01'), {
      display: 'A of undefined',
    })
    t.equal(await source.isBelow('b', 'a', '2026-01-01'), true)
  }
  const refused = await copy(`sqlite:${folder}`, url)
  t.equal(refused.code, 1, 'what has been copied is not empty')
})

t.test('what a broken copy has carried of packages and code systems is not carried again', { skip }, async (t) => {
  const [folder, other] = [storeFolder(t), storeFolder(t)]
  const first = await onSqlite(t, folder)
  await teach(first)
  const from = first.services.knowledge
  const to = await openKnowledge({ dataDir: other, storeName: 'other' })
  t.teardown(() => to.close())
  await carryKnowledge(from, to)
  const stamps = [await to.packages.stamp(), await to.concepts.stamp()]
  await carryKnowledge(from, to)
  t.strictSame([await to.packages.stamp(), await to.concepts.stamp()], stamps)
  const draft = await to.concepts.draft({ ...EDITION, version: '2' })
  await draft.add([{ code: 'a', display: 'another' }])
  await draft.publish()
  const digests = await Promise.all([from, to].map((known) => digestOfKnowledge(known)))
  t.match(knowledgeDifferences(digests[0]!, digests[1]!), [
    /code system http:\/\/x\|2: 2 items, .* there, 1 items, .* here/,
  ])
  await carryKnowledge(from, to)
  t.strictSame(await digestOfKnowledge(to), digests[0])
})

t.test('there and back: the same is answered, and versions go on', { skip }, async (t) => {
  const [folder, back, url] = [storeFolder(t), storeFolder(t), await mongoUrl(t)]
  const first = await onSqlite(t, folder)
  await fill(first)
  const wanted = await answers(first)
  const { store } = first.services
  await store.commit({ changes: [], guards: [], state: stateOf('a') })
  await store.commit({ changes: [], guards: [], state: stateOf('a') })
  await record(first, 'a')
  t.equal((await makeHeads(store, Date.now() + 2 * DAY)).length, 1, 'a signed head of the log')
  const chains = (await store.audit.chains()).map(({ chain }) => chain)
  const records = await chainsOf(t, first, chains)
  const found = await store.audit.find({ keys: [['p a']], descending: true }, 7)
  const tallies = await talliesOf(first)
  t.equal(found.length, 7)
  const state = (await stateIn(first)).filter((line) => !/^(session|jti|btg|oidc)/.test(line))
  t.equal(state.filter((line) => line.includes(' {"mark":')).length, 5)
  t.ok(
    state.some((line) => line.startsWith('key/')),
    'the keys that heads are signed by',
  )
  for (const [path, one] of Object.entries(wanted)) t.ok(JSON.stringify(one).length > 60, `${path} finds something`)
  await first.services.close()

  const there = await copy(`sqlite:${folder}`, url)
  t.equal(there.code, 0, there.output)
  t.match(there.output, /12 versions in .*both places have the same/)
  const again = await copy(url, `sqlite:${back}`)
  t.equal(again.code, 0, again.output)
  t.strictSame(table(again.output), table(there.output), 'the same digests')
  t.equal(table(there.output).length, 5, 'of four types, and of all')

  for (const server of [await onMongo(t, url), await onSqlite(t, back)]) {
    const { services } = server
    t.equal(services.reindex.isBehind, false, 'nothing is to be indexed')
    t.strictSame(await answers(server), wanted)
    t.strictSame(await stateIn(server), state, 'and what the server keeps besides, but for sessions')
    t.strictSame(await chainsOf(t, server, chains), records, 'the audit log')
    t.strictSame(await services.store.audit.find({ keys: [['p a']], descending: true }, 7), found)
    for (const [tally, count] of Object.entries(tallies)) t.ok((await talliesOf(server))[tally]! >= count, tally)
    await record(server, 'b')
    const verdict = await verdictOf(services.store)
    t.match(verdict, { whole: true, heads: 1 }, 'it is proven there as here, and what follows it')
    t.ok(verdict.records >= 40)
    const own = await services.store.audit.find({ keys: [['p b']] }, 99)
    t.equal(own.length, 20)
    t.ok(
      own.every(({ chain }) => !chains.includes(chain)),
      'what comes after it is in a chain of its own',
    )
    t.match(await services.store.state.find('user', 'm', 9), [{ key: 'a', revision: 2 }])
    const repeated = await server.post('Patient', { resourceType: 'Patient' }, { 'idempotency-key': 'once' })
    t.equal(repeated.status, 409, 'what was done is known')
    const revived = await server.put('Observation/gone', observation('gone', '4'))
    t.match([revived.status, revived.headers.etag], [201, 'W/"3"'])
    t.equal((await server.put('Observation/o', observation('o', '5'), { 'if-match': 'W/"3"' })).headers.etag, 'W/"4"')
    await server.put('Patient/other', {
      resourceType: 'Patient',
      id: 'other',
      extension: [{ url: BIRTH_PLACE, valueAddress: { city: 'Lübeck' } }],
    })
    t.equal((await server.get('Patient?birth-city=lubeck')).json.total, 2)
  }
})

t.test('broken off and begun again', { skip }, async (t) => {
  const [folder, back, url] = [storeFolder(t), storeFolder(t), await mongoUrlToKillOn(t)]
  const server = await onSqlite(t, folder)
  const patients = (name: string) => (_: unknown, at: number) =>
    put({ resourceType: 'Patient', id: `p${at}`, name: [{ family: `${name}${at}` }] })
  for (const name of ['a', 'b', 'c']) await server.post('', batch(...Array.from({ length: 400 }, patients(name))))
  await server.services.close()

  for (const [from, to, open] of [
    [`sqlite:${folder}`, url, () => onMongo(t, url)],
    [url, `sqlite:${back}`, () => onSqlite(t, back)],
  ] as const) {
    const broken = start(from, to)
    const before = await untilBegun(to)
    broken.process.kill('SIGKILL')
    await broken.ended
    await sessionsEnded(url)
    t.ok(before > 0 && before < 1_200, `${before} versions were there`)
    await t.rejects(open(), /is an unfinished copy of .*run `npm run fhir -- copy` again/, 'no server opens it')
    const other = await copy(`sqlite:${await another(t)}`, to)
    t.match([other.code, other.output], [1, /is an unfinished copy of another store/])
    const ended = await copy(from, to)
    t.equal(ended.code, 0, ended.output)
    t.match(ended.output, /Going on behind \d+ versions/)
    t.match(ended.output, /Patient +400 +1200 /)
    t.match(ended.output, /both places have the same/)
    const copied = await open()
    t.equal((await copied.get('Patient?name=c399')).json.total, 1)
    t.equal((await copied.get('Patient?name=b')).json.total, 0)
    await copied.services.close()
  }
})

/** Waits until a part is written, and answers how many versions are there. */
async function untilBegun(place: string): Promise<number> {
  for (;;) {
    const count = await countIn(place).catch(() => 0)
    if (count > 0) return count
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function countIn(place: string): Promise<number> {
  if (place.startsWith('mongodb:')) {
    const store = await MongoStore.open(place)
    return store.versions.countDocuments().finally(() => store.close())
  }
  const { openReader } = await import('../../../resources/store/sqlite/connect.ts')
  const database = openReader(`${place.slice('sqlite:'.length)}/chartroom.sqlite`)
  try {
    return Number(database.prepare('SELECT count(*) AS n FROM version').get()?.n)
  } finally {
    database.close()
  }
}

/** A folder with a store of one resource. */
async function another(t: Test): Promise<string> {
  const folder = storeFolder(t)
  const server = await onSqlite(t, folder)
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p' })
  await record(server, 'another')
  await server.services.close()
  return folder
}

t.test('a source that went on after a break', { skip }, async (t) => {
  const [folder, url] = [await another(t), await mongoUrl(t)]
  const beginning = await onSqlite(t, folder)
  await beginning.services.store.commit({ changes: [], guards: [], state: [...stateOf('a'), ...stateOf('b')] })
  await record(beginning, 'a')
  await beginning.services.close()
  const first = await copy(`sqlite:${folder}`, url)
  t.equal(first.code, 0, first.output)
  const target = await MongoStore.open(url)
  const state = JSON.parse((await target.note('copy')) ?? '{}') as object
  await target.commit({
    changes: [],
    guards: [],
    notes: { copy: JSON.stringify({ ...state, finished: undefined }) },
  })
  await target.close()
  const server = await onSqlite(t, folder)
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p', active: true })
  await server.delete('Patient/p')
  await server.post('SearchParameter', searchParameter('nick', "Patient.name.where(use = 'nickname').given"))
  await server.services.reindex.run()
  const removed: StateChange[] = [
    { kind: 'remove', of: 'user', key: 'a', expect: 'present' },
    { kind: 'put', of: 'client', key: 'a', value: 'changed' },
  ]
  await server.services.store.commit({ changes: [], guards: [], state: removed })
  await record(server, 'b')
  const chains = (await server.services.store.audit.chains()).map(({ chain }) => chain)
  const kept = (await stateIn(server)).filter((line) => !/^(session|jti|btg|oidc)/.test(line))
  await server.services.close()
  const second = await copy(`sqlite:${folder}`, url)
  t.equal(second.code, 0, second.output)
  t.match(second.output, /Going on behind 1 versions[\s\S]*Patient +0 +3 /)
  const moved = await onMongo(t, url)
  t.equal((await moved.get('Patient/p')).status, 410)
  const records = (await chainsOf(t, moved, chains)) as { text: string }[][]
  t.equal(records.flat().filter(({ text }) => text.includes('"mark":')).length, 60, 'the audit log went on too')
  t.strictSame(await stateIn(moved), kept, 'what was removed there is gone here')
  t.equal(moved.services.reindex.isBehind, false)
})

t.test('what is refused', { skip }, async (t) => {
  const [folder, url] = [await another(t), await mongoUrl(t)]
  const from = `sqlite:${folder}`
  const told = async (to: string, environment?: Record<string, string>, source = from) => {
    const { code, output } = await copy(source, to, environment)
    return [code, output]
  }
  t.match(await told(`sqlite:${await another(t)}`), [1, /has something in it: name an empty store/])
  const users = storeFolder(t)
  const withUsers = await onSqlite(t, users)
  await withUsers.services.store.commit({ changes: [], guards: [], state: stateOf('a') })
  await withUsers.services.close()
  t.match(await told(`sqlite:${users}`), [1, /has something in it: name an empty store/])
  t.match(await told(from), [1, /both places are the same/])
  t.match(await told(url, {}, `sqlite:${storeFolder(t)}`), [1, /there is no store in/])
  t.match(await told('redis://x'), [2, /a place is sqlite:FOLDER.*\nUsage: npm run fhir -- copy/])
  t.match(await told('mongodb'), [2, /MONGODB_URL names, which is not set/])
  t.match(await told('mongodb://user:s3cr/et@x/y'), [2, /MONGODB_URL is no URL of MongoDB/])

  const unreachable = 'mongodb://user:s3cret@127.0.0.1:9/x?serverSelectionTimeoutMS=300'
  for (const words of [await told(unreachable), await told('mongodb', { MONGODB_URL: unreachable })]) {
    t.match(words, [1, /mongodb:\/\/127\.0\.0\.1:9\/x: MongoDB cannot be reached/])
    t.notMatch(words[1], /s3cret/)
  }

  const server = await spawnServer(folder, { MONGODB_URL: '' })
  t.match(await told(url), [1, /is in use by another chartroom process/])
  await server.end('SIGTERM')
  const beside = await spawnServer(storeFolder(t), { MONGODB_URL: url })
  t.match(await told(url), [1, /is in use by 1 other chartroom process: stop what is running/])
  await beside.end('SIGTERM')
  t.equal((await copy(from, url)).code, 0, 'and a database in which nothing was written is empty still')
  t.match(await told(url), [1, /a copy of sqlite:.* that was finished on/])
})

t.test('what differs is found', { skip }, async (t) => {
  const [folder, url] = [await another(t), await mongoUrl(t)]
  t.equal((await copy(`sqlite:${folder}`, url)).code, 0)
  const target = await MongoStore.open(url)
  await target.versions.updateOne({}, { $set: { text: Buffer.from('{}') } })
  const [month = ''] = await target.audit.months()
  await target.database.collection(`audit_${month.replace('-', '_')}`).updateOne({}, { $set: { x: '{}' } })
  const notes = target.database.collection<{ _id: string; value: string }>('notes')
  const { value = '' } = (await notes.findOne({ _id: 'copy' })) ?? {}
  await notes.updateOne({ _id: 'copy' }, { $set: { value: value.replace(/,"finished":"[^"]*"/, '') } })
  await target.close()
  const { code, output } = await copy(`sqlite:${folder}`, url)
  t.match([code, output], [1, /the copy is not the same:\n +Patient: 1 resources, 1 versions, [\da-f]{16} there/])
  t.match(output, /audit log: \d+ records, [\da-f]{16} there, \d+ records, [\da-f]{16} here/)
})

t.test('a store is another one by its key', async (t) => {
  const [one, other] = [await SqliteStore.open(storeFolder(t)), await SqliteStore.open(storeFolder(t))]
  const { sourceOf } = await import('../../../server/copy/state.ts')
  t.not(await sourceOf('sqlite', one.archive), await sourceOf('sqlite', other.archive))
  await one.close()
  await other.close()
})
