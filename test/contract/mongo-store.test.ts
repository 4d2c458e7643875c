import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { ClientSession } from 'mongodb'
import t, { type Test } from 'tap'
import type { LockDocument } from '../../resources/store/mongo/document.ts'
import { indexesOf, VERSION_INDEXES } from '../../resources/store/mongo/indexes.ts'
import { tokenKey } from '../../resources/store/mongo/keys.ts'
import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import { MongoStore } from '../../resources/store/mongo/store.ts'
import { type Change, CommitRefused, type IndexEntry, type Unit } from '../../resources/store/port.ts'
import type { Search } from '../../search/searcher.ts'
import { isCompatible, mongoPort, mongoUrl, withoutMongo } from '../support/mongo.ts'
import { startMongo } from '../support/mongo-server.ts'
import { marked, storeContract, write } from './store.ts'

t.setTimeout(240_000)

const skip = await withoutMongo()
const long = !process.env.LONG_TESTS && (await isCompatible()) ? 'takes a minute on secantusdb: LONG_TESTS=1' : false

async function open(t: Test) {
  const store = await MongoStore.open(await mongoUrl(t))
  t.teardown(() => store.close())
  const ids = async ({ type, where }: Search, most: number, session?: ClientSession) => {
    if (where.kind !== 'token') throw new Error(`these tests look for tokens, not for ${where.kind}`)
    const keys = where.tests.map(({ system = '', code = '' }) => tokenKey(where.param, code, system))
    const found = store.collection(type).find({ k: { $in: keys }, live: true }, { ...(session ? { session } : {}) })
    return (await found.limit(most).toArray()).map(({ _id }) => _id)
  }
  const selection = (search: Search): MongoSelection => ({
    selection: 'mongo',
    locks: [createHash('sha256').update(JSON.stringify(search)).digest('base64url')],
    ids: (session, most) => ids(search, most, session),
  })
  return { store, searcher: { selection, ids: (search: Search, most: number) => ids(search, most) } }
}

t.test('the store on MongoDB', { skip }, async (t) => storeContract(t, open))

t.test('opens again with what was committed, also under another process', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const first = await MongoStore.open(url)
  await first.commit({ changes: [write('x')], guards: [], notes: { a: '1' } })
  const secret = await first.secret('links')
  await first.close()
  const second = await MongoStore.open(url)
  t.match(await second.read('Basic', 'x'), { version: 1 })
  t.strictSame(await second.secret('links'), secret)
  t.equal(await second.note('a'), '1')
  t.match(await second.commit({ changes: [write('x')], guards: [] }), [{ version: 2 }])
  await second.close()
  await t.rejects(second.commit({ changes: [write('x')], guards: [] }), { name: 'FhirError', kind: 'unavailable' })
})

t.test('many processes lay out one database at once, and have one secret', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const stores = await Promise.all(Array.from({ length: 6 }, () => MongoStore.open(url)))
  t.teardown(() => Promise.all(stores.map((store) => store.close())))
  const secrets = await Promise.all(stores.map((store) => store.secret('links')))
  t.equal(new Set(secrets.map((secret) => secret.toString('hex'))).size, 1)
  await Promise.all(stores.map((store, at) => store.commit({ changes: [write(`x${at}`)], guards: [] })))
  for (const [name, declared] of [
    ['Basic', indexesOf('Basic')],
    ['versions', VERSION_INDEXES],
  ] as const) {
    const there = await stores[0]!.database.collection(name).indexes()
    const wanted = ['_id_', ...declared.map((index) => index.name)].sort()
    t.strictSame(there.map((index) => index.name).sort(), wanted, name)
  }
  t.equal(await stores[0]!.countHistory({}, {}), 6)
})

t.test('of the same among processes one wins', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const stores = await Promise.all(Array.from({ length: 4 }, () => MongoStore.open(url)))
  t.teardown(() => Promise.all(stores.map((store) => store.close())))
  const race = async (unit: (at: number) => Unit) => {
    const commits = Array.from({ length: 8 }, (_, at) => stores[at % stores.length]!.commit(unit(at)))
    const results = await Promise.allSettled(commits)
    for (const result of results) if (result.status === 'rejected') t.ok(result.reason instanceof CommitRefused)
    return results.filter(({ status }) => status === 'fulfilled').length
  }
  const one = (change: Change): Unit => ({ changes: [change], guards: [] })
  t.equal(await race(() => one(write('x', 'a', 'absent'))), 1, 'to make it')
  t.equal(await race(() => one(write('x', 'a', { version: 1 }))), 1, 'to change a version')
  t.equal(await race(() => one({ kind: 'delete', type: 'Basic', id: 'x', expect: { version: 2 } })), 1, 'to delete it')
  t.equal(await race(() => one(write('x', 'a', 'absent'))), 1, 'to make it again')
  t.equal(await race(() => one(write('x'))), 8, 'who expects nothing comes after the others')
  const versions = (await stores[0]!.history({ type: 'Basic', id: 'x' }, {}, 99)).entries
  t.strictSame(
    versions.map(({ version }) => version),
    Array.from({ length: 12 }, (_, at) => 12 - at),
  )
  const times = versions.map(({ lastUpdated }) => lastUpdated)
  t.strictSame(
    [...new Set(times)],
    [...times].sort((a, b) => b - a),
    'each later than the one before',
  )
})

t.test(
  'who commits by a guard writes the lock of its search, whether others come between or not',
  { skip },
  async (t) => {
    const { store, searcher } = await open(t)
    const selection = searcher.selection(marked('a'))
    const locks = store.database.collection<LockDocument>('locks')
    await store.commit({ changes: [write('x', 'b')], guards: [{ selection, ids: [] }] })
    await store.commit({ changes: [], guards: [{ selection, ids: [] }] })
    t.match(await locks.find().toArray(), [{ _id: selection.locks[0], n: 2, at: Date }])
    const held = await store.client.startSession()
    held.startTransaction()
    await locks.updateOne({ _id: selection.locks[0]! }, { $inc: { n: 1 } }, { session: held })
    const commit = store.commit({ changes: [write('y', 'a')], guards: [{ selection, ids: [] }] })
    t.equal(await Promise.race([commit, setTimeout(300, 'waits')]), 'waits', 'for another that has it')
    await held.commitTransaction()
    await held.endSession()
    t.match(await commit, [{ version: 1 }])
    await t.rejects(store.commit({ changes: [], guards: [{ selection, ids: [] }] }), { name: 'CommitRefused' })
  },
)

t.test('a resource may change several times in one unit', { skip }, async (t) => {
  const { store } = await open(t)
  const gone: Change = { kind: 'delete', type: 'Basic', id: 'x' }
  const changes = [write('x', 'a', 'absent'), write('x', 'b', { version: 1 }), gone, write('x', 'c', 'absent')]
  t.match(await store.commit({ changes, guards: [] }), [
    { version: 1, created: true },
    { version: 2, created: false },
    { version: 3, created: false },
    { version: 4, created: true },
  ])
  t.match(await store.collection('Basic').findOne({ _id: 'x' }), { v: 4, k: [tokenKey('code', 'c', 'http://x')] })
  const { entries } = await store.history({}, {}, 9)
  t.strictSame(
    entries.map(({ version, method }) => [version, method]),
    [
      [4, 'PUT'],
      [3, 'DELETE'],
      [2, 'PUT'],
      [1, 'PUT'],
    ],
  )
  const current = { start: entries[0]!.lastUpdated, end: entries[0]!.lastUpdated + 1 }
  t.match((await store.history({}, { at: current }, 9)).entries, [{ version: 4 }])
})

t.test('new entries change what it is found by and nothing else', { skip }, async (t) => {
  const { store, searcher } = await open(t)
  await store.commit({ changes: [write('x', 'a'), write('y', 'a')], guards: [] })
  const before = await store.read('Basic', 'x')
  const entries: IndexEntry[] = [['token', 'code', 'http://x', 'b']]
  const index = (version: number): Change => ({ kind: 'index', type: 'Basic', id: 'x', version, entries })
  const found = (mark: string) => searcher.ids(marked(mark), 9)
  await store.commit({ changes: [index(2), { ...index(1), id: 'z' }], guards: [] })
  t.strictSame(await found('b'), [], 'not of a version that is not current, nor of nothing')
  await store.commit({ changes: [index(1)], guards: [] })
  t.strictSame([await found('a'), await found('b')], [['y'], ['x']])
  t.strictSame(await store.read('Basic', 'x'), before)
  await store.commit({ changes: [{ ...index(1), entries: [] } as Change], guards: [] })
  const document = await store.collection('Basic').findOne({ _id: 'x' })
  t.strictSame(Object.keys(document ?? {}).sort(), ['_id', 'bytes', 'live', 'm', 't', 'text', 'v'])
  t.equal(await store.countHistory({}, {}), 2)
})

t.test('what is found by too much is refused before anything is written', { skip }, async (t) => {
  const { store } = await open(t)
  const long = 'x'.repeat(1000)
  const entries = Array.from({ length: 17_000 }, (_, at): IndexEntry => ['string', 'name', `${long}${at}`, ''])
  const changes = [write('x'), { ...write('y'), entries } as Change]
  await t.rejects(store.commit({ changes, guards: [] }), {
    name: 'FhirError',
    kind: 'too-large',
    issues: [{ diagnostics: /^Basic\/y has / }],
  })
  t.equal(await store.read('Basic', 'x'), undefined)
})

t.test('scans by type and id, without what is deleted or contained', { skip }, async (t) => {
  const { store } = await open(t)
  const of = (type: string, id: string): Change =>
    ({ ...write(id), type, contained: [{ type: 'Device', id: 'd', entries: [] }] }) as Change
  await store.commit({
    changes: [of('Flag', 'b'), of('Flag', 'a'), of('Basic', 'c'), of('List', 'd'), of('List', 'e')],
    guards: [],
  })
  await store.commit({ changes: [{ kind: 'delete', type: 'List', id: 'd' }], guards: [] })
  const seen: string[] = []
  for (let page = await store.scan(undefined, 2); page.length > 0; page = await store.scan(page.at(-1)?.position, 2)) {
    seen.push(...page.map(({ type, id, text }) => `${type}/${id} ${text.length > 0}`))
  }
  t.strictSame(seen, ['Basic/c true', 'Flag/a true', 'Flag/b true', 'List/e true'])
  t.strictSame(await store.containers('Device'), ['Basic', 'Flag', 'List'])
})

t.test('history pages within one millisecond neither lose nor repeat', { skip }, async (t) => {
  const { store } = await open(t)
  await store.commit({ changes: Array.from({ length: 11 }, (_, at) => write(`x${at}`)), guards: [] })
  const [first] = (await store.history({}, {}, 1)).entries
  for (const query of [
    {},
    { since: first!.lastUpdated },
    { at: { start: first!.lastUpdated, end: first!.lastUpdated + 1 } },
  ]) {
    const seen: string[] = []
    let before: string | undefined
    do {
      const page = await store.history({ type: 'Basic' }, before === undefined ? query : { ...query, before }, 3)
      seen.push(...page.entries.map(({ id }) => id))
      before = page.more ? page.entries.at(-1)?.position : undefined
    } while (before !== undefined)
    t.equal(seen.length, 11)
    t.equal(new Set(seen).size, 11)
  }
  t.equal((await store.history({}, { since: first!.lastUpdated + 1 }, 9)).entries.length, 0)
})

t.test('a newer layout is refused with words', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const store = await MongoStore.open(url)
  await store.database.collection<{ _id: string }>('notes').updateOne({ _id: 'layout' }, { $set: { value: '999' } })
  await store.close()
  await t.rejects(MongoStore.open(url), /layout version 999.*run a newer chartroom/)
})

t.test('a server without transactions is refused with what to do', { skip }, async (t) => {
  const alone = await startMongo({ standalone: true }).catch((error: Error) => error)
  if (alone instanceof Error) return t.comment(`no server of this test's own can be had: ${alone.message}`)
  t.teardown(() => alone.stop())
  await t.rejects(MongoStore.open(alone.url), /stands alone.*--replSet.*rs\.initiate/)
})

t.test('who does not answer, and what is no URL, is told in a sentence', { skip }, async (t) => {
  await t.rejects(
    MongoStore.open('mongodb://127.0.0.1:9/x?serverSelectionTimeoutMS=300'),
    /MongoDB cannot be reached: .*127/,
  )
  await t.rejects(MongoStore.open('mongodb://'), /MONGODB_URL makes no sense/)
  const port = await mongoPort()
  if (port === undefined) return t.comment('what follows needs a member of a set on this machine, without TLS')
  await t.rejects(
    MongoStore.open(`mongodb://127.0.0.1:${port}/x?replicaSet=another&serverSelectionTimeoutMS=300`),
    /no primary was found .*replicaSet=.*rs\.initiate\(\)/,
  )
  await t.rejects(
    MongoStore.open(`mongodb://ann:none@127.0.0.1:${port}/x?directConnection=true`),
    /takes neither name nor password .*authSource=/,
  )
})

t.test('a unit of 22,000 changes', { skip: skip || long }, async (t) => {
  const { store } = await open(t)
  const changes = Array.from({ length: 22_000 }, (_, at) => write(`x${at}`))
  const outcomes = await store.commit({ changes, guards: [] })
  t.equal(outcomes.length, 22_000)
  t.equal(await store.countHistory({}, {}), 22_000)
})
