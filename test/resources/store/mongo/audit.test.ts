import t, { type Test } from 'tap'
import type { AuditEntry, ChainedRecord } from '../../../../resources/store/audit.ts'
import { NO_HASH, recordHash } from '../../../../resources/store/audit-hash.ts'
import { auditKey, monthOf, timeKey } from '../../../../resources/store/audit-key.ts'
import { AUDIT_INDEXES } from '../../../../resources/store/mongo/indexes.ts'
import { MongoStore } from '../../../../resources/store/mongo/store.ts'
import { CommitRefused, type Unit } from '../../../../resources/store/port.ts'
import { write } from '../../../contract/store.ts'
import { mongoUrl, withoutMongo } from '../../../support/mongo.ts'
import { wholeChains } from '../../../support/whole-chains.ts'

t.setTimeout(120_000)

const skip = await withoutMongo()

const entry = (name: string, ...keys: string[]): AuditEntry => ({ text: JSON.stringify({ name }), keys, tally: 'R' })
const alone = (...audit: AuditEntry[]): Unit => ({ changes: [], guards: [], audit })
const along = (id: string, expect?: 'absent'): Unit => ({
  changes: [write(id, 'a', expect)],
  guards: [],
  audit: [{ ...entry(id, `e Basic/${id}`), changes: [0] }],
})

/** Stores of as many processes on one database. */
async function open(t: Test, count = 1): Promise<MongoStore[]> {
  const url = await mongoUrl(t)
  const stores = await Promise.all(Array.from({ length: count }, () => MongoStore.open(url)))
  t.teardown(() => Promise.all(stores.map((store) => store.close())))
  return stores
}

const textsOf = (records: Iterable<{ text: string }>) => Array.from(records, ({ text }) => JSON.parse(text).name).sort()

function follows(records: readonly ChainedRecord[]): boolean {
  return records.every((record, at) => {
    const hash = recordHash(records[at - 1]?.hash ?? NO_HASH, record)
    return record.number === at + 1 && record.hash === hash && record.key === auditKey(record)
  })
}

t.test('the audit log on MongoDB', { skip }, async (t) => {
  t.test('who waits for nobody uses one chain', async (t) => {
    const [store] = (await open(t)) as [MongoStore]
    for (let at = 0; at < 5; at++) await store.commit(at % 2 ? along(`r${at}`) : alone(entry(`a${at}`)))
    const chains = await wholeChains(t, store.audit)
    t.equal(chains.size, 1)
    t.strictSame(textsOf([...chains.values()].flat()), ['a0', 'a2', 'a4', 'r1', 'r3'])
  })

  t.test('many at once, of whom some are refused, leave whole chains of what was committed', async (t) => {
    const stores = await open(t, 3)
    const done: string[] = []
    let refused = 0
    const one = async (store: MongoStore, at: number) => {
      // Of three racers for a resource that must not be there one is first; all of them write one that is.
      const unit = at % 3 === 0 ? alone(entry(`a${at}`), entry(`b${at}`)) : along(`r${at}`, 'absent')
      if (at % 3 === 1) unit.changes.push(write('all'))
      await store.commit(unit).then(
        () => done.push(...(at % 3 === 0 ? [`a${at}`, `b${at}`] : [`r${at}`])),
        (error: unknown) => {
          t.type(error, CommitRefused)
          refused++
        },
      )
    }
    for (let round = 0; round < 24; round += 6) {
      const tries = [0, 1, 2, 3, 4, 5].map((at) => round + at)
      await Promise.all(stores.flatMap((store) => tries.map((at) => one(store, at))))
    }
    t.equal(refused, 2 * 16, 'of three racers two')
    const chains = await wholeChains(t, stores[0]!.audit)
    t.strictSame(textsOf([...chains.values()].flat()), done.sort())
    const found = await stores[1]!.audit.find({ keys: [] }, 1_000)
    t.strictSame(textsOf(found), done)
    t.strictSame(
      found.map(({ key }) => key),
      found.map(({ key }) => key).sort(),
    )
    t.ok(chains.size <= 18, `${chains.size} chains: each process has no more than it does at once`)
    t.equal(
      (await Array.fromAsync(stores[2]!.audit.tallies('2000-01-01', '2999-12-31'))).reduce(
        (sum, one) => sum + one.count,
        0,
      ),
      done.length,
    )
  })

  t.test('a process that has ended leaves its chains to the next one', async (t) => {
    const url = await mongoUrl(t)
    for (let at = 0; at < 3; at++) {
      const store = await MongoStore.open(url)
      await Promise.all([0, 1, 2].map((no) => store.commit(alone(entry(`${at}${no}`)))))
      await store.close()
    }
    const [one, other] = [await MongoStore.open(url), await MongoStore.open(url)]
    t.teardown(() => Promise.all([one.close(), other.close()]))
    const before = await wholeChains(t, one.audit)
    t.ok(before.size <= 3, `${before.size} chains`)
    await Promise.all([one, other].map((store) => store.commit(alone(entry('last')))))
    const after = await wholeChains(t, one.audit)
    t.equal([...after.values()].flat().length, 11)
    t.ok([...after.values()].filter((records) => records.some(({ text }) => text.includes('last'))).length === 2)
  })

  t.test('a chain from a clock that went fast is not taken', async (t) => {
    const url = await mongoUrl(t)
    const first = await MongoStore.open(url)
    await first.commit(alone(entry('a')))
    await first.close()
    const store = await MongoStore.open(url)
    t.teardown(() => store.close())
    await store.database.collection('audit_chains').updateMany({}, { $set: { t: Date.now() + 60_000 } })
    await store.commit(alone(entry('b')))
    t.equal((await wholeChains(t, store.audit)).size, 2)
  })

  t.test('the collection of the month has its indexes, also the one that begins within the hour', async (t) => {
    const [store] = (await open(t)) as [MongoStore]
    await store.commit(alone(entry('a')))
    const month = monthOf(Date.now())
    const name = `audit_${month.replace('-', '_')}`
    const has = async (collection: string) =>
      (await store.database.collection(collection).indexes()).map(({ name }) => name).sort()
    const declared = ['_id_', ...AUDIT_INDEXES.map(({ name }) => name)].sort()
    t.strictSame(await has(name), declared)
    t.strictSame(await store.audit.months(), [month])
    const now = Date.now
    t.teardown(() => {
      Date.now = now
    })
    const end = Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1)
    Date.now = () => end - 10 * 60_000
    await store.commit(along('x'))
    const next = `audit_${monthOf(end).replace('-', '_')}`
    t.strictSame(await has(next), declared)
    t.strictSame(await store.audit.months(), [month], 'where nothing is')
    Date.now = () => end
    await store.commit(along('x'))
    await store.commit(alone(entry('b')))
    Date.now = now
    t.strictSame(await store.audit.months(), [month, monthOf(end)])
    const chains = await wholeChains(t, store.audit)
    t.equal(chains.size, 1, 'a chain goes on from one month to the next')
    const names = async (query: object, count = 9) =>
      (await store.audit.find({ keys: [], ...query }, count)).map(({ text }) => JSON.parse(text).name)
    t.strictSame(await names({}), ['a', 'x', 'x', 'b'])
    t.strictSame(await names({ descending: true }, 3), ['b', 'x', 'x'])
    t.strictSame(await names({ keys: [['e Basic/x', 'e Basic/y']], from: end }), ['x'])
    t.strictSame(await names({ to: end }), ['a', 'x'])
    t.strictSame(await names({ after: timeKey(end), descending: true }), ['x', 'a'])
    t.strictSame(await names({ after: '~', descending: true }, 1), ['b'])
    t.strictSame(await names({ after: '~' }), [])
    const [record] = await store.audit.chain([...chains.keys()][0]!, 2, 1)
    t.match(record, { number: 3, outcomes: [{ version: 2, created: false }] }, 'from the middle')
    const head = { _id: [...chains.keys()][0]! }
    const heads = store.database.collection<{ _id: string }>('audit_chains')
    const wrong: object[] = [{ $set: { b: 'x' } }, { $set: { t: 1e300 } }, { $unset: { t: '' } }]
    for (const change of wrong) {
      await heads.updateOne(head, change)
      t.equal((await store.audit.chain(head._id, 0, 9)).length, 4, JSON.stringify(change))
    }
    await store.audit.drop(month)
    t.strictSame(await names({}), ['x', 'b'])
    t.strictSame(await store.audit.months(), [monthOf(end)])
    t.match(await store.audit.chains(), [{ number: 4 }])
    t.equal((await Array.fromAsync(store.audit.tallies(`${month}-01`, `${month}-31`))).length, 0)
    t.equal((await store.audit.chain([...chains.keys()][0]!, 0, 9)).length, 2)
    await store.commit(alone(entry('c')))
    t.strictSame(await has(name), declared, 'made again')
    await t.rejects(store.audit.drop('2026'), /a month/)
  })

  t.test('a chain is read on from where it was, when the next month has its collection already', async (t) => {
    const [store] = (await open(t)) as [MongoStore]
    await store.commit(alone(entry('a'), entry('b')))
    const { chain } = (await store.audit.chains())[0]!
    await store.database.createCollection(`audit_${monthOf(Date.now() + 32 * 86_400_000).replace('-', '_')}`)
    t.equal((await store.audit.chain(chain, 0, 9)).length, 2)
    await store.commit(alone(entry('c')))
    t.match(await store.audit.chain(chain, 2, 9), [{ number: 3 }])
    t.equal((await store.audit.chain(chain, 1, 9)).length, 2)
  })

  t.test('of more than it may have lanes at once, all are done', async (t) => {
    const [store] = (await open(t)) as [MongoStore]
    const many = Array.from({ length: 200 }, (_, at) =>
      at % 2 ? alone(entry(`a${at}`)) : along(`r${at % 10}`, 'absent'),
    )
    const results = await Promise.allSettled(many.map((unit) => store.commit(unit)))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 105, 'of 100 racers for five resources five')
    const chains = await wholeChains(t, store.audit)
    t.equal([...chains.values()].flat().length, 105)
    t.ok(chains.size <= 64, `${chains.size} chains`)
    await store.commit(alone(entry('last')))
    t.equal((await wholeChains(t, store.audit)).size, chains.size)
  })

  t.test('whatever somebody did to a record, its chain is read, and is another one', async (t) => {
    const [store] = (await open(t)) as [MongoStore]
    const changes: object[] = [
      { $set: { x: '{}' } },
      { $set: { x: 5n } },
      { $unset: { x: '' } },
      { $set: { h: 'no hash' } },
      { $unset: { h: '' } },
      { $set: { k: 'p 1' } },
      { $set: { k: [1.5, null, 'x', {}] } },
      { $pop: { k: 1 } },
      { $set: { o: 7 } },
      { $set: { o: '2' } },
      { $set: { n: 2n ** 60n } },
      { $unset: { n: '' } },
    ]
    for (let at = 0; at < changes.length; at++) await store.commit(alone(entry(`a${at}`, 'p 1', 'p 2')))
    const { chain, hash } = (await store.audit.chains())[0]!
    const whole = await store.audit.chain(chain, 0, 99)
    const month = store.database.collection<{ _id: string }>(`audit_${monthOf(Date.now()).replace('-', '_')}`)
    for (const [at, change] of changes.entries()) {
      const { key } = whole[at]!
      const before = (await month.findOne({ _id: key }, { useBigInt64: true }))!
      await month.updateOne({ _id: key }, change)
      const records = await store.audit.chain(chain, 0, 99)
      const isWhole = records.length === whole.length && follows(records) && records.at(-1)?.hash === hash
      t.notOk(
        isWhole,
        JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
      )
      await store.audit.find({ keys: [] }, 99)
      await month.replaceOne({ _id: key }, before)
    }
    t.ok(follows(await store.audit.chain(chain, 0, 99)))
  })

  t.test('how often the database is asked', async (t) => {
    const url = new URL(await mongoUrl(t))
    url.searchParams.set('monitorCommands', 'true')
    const store = await MongoStore.open(url.href)
    t.teardown(() => store.close())
    await store.commit(along('x'))
    const asked: string[] = []
    store.client.on('commandStarted', ({ commandName }) => asked.push(commandName))
    await store.commit(along('x'))
    t.strictSame(asked.splice(0), ['find', 'bulkWrite', 'commitTransaction'], 'as for a write without a record')
    await store.commit(alone(...Array.from({ length: 40 }, (_, at) => entry(`a${at}`, `p ${at}`))))
    t.strictSame(asked.splice(0), ['bulkWrite'], 'once for many records')
    const [record] = await store.audit.find({ keys: [['p 7']] }, 9)
    t.strictSame(asked.splice(0), ['listCollections', 'find'])
    await store.audit.read(record!.key)
    t.strictSame(asked.splice(0), ['find'])
  })
})
