import type { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { AuditEntry, AuditQuery } from '../../../resources/store/audit.ts'
import { recordHash } from '../../../resources/store/audit-hash.ts'
import { SqliteAudit } from '../../../resources/store/sqlite/audit.ts'
import { AuditRows } from '../../../resources/store/sqlite/audit-rows.ts'
import { openReader, openWriter } from '../../../resources/store/sqlite/connect.ts'
import { migrate } from '../../../resources/store/sqlite/schema.ts'
import { SqliteStore } from '../../../resources/store/sqlite/store.ts'
import { entry, findsAsAList, wholeChains } from '../../contract/audit.ts'
import { storeFolder } from '../../support/folder.ts'

const DAY = 86_400_000

/** A log whose writer is in this thread and told the time, with segments of so few records that there are many. */
function openLog(t: Test, folder = storeFolder(t)) {
  const path = `${folder}/x.sqlite`
  const database = openWriter(path)
  migrate(database)
  const rows = new AuditRows(database, { run: 4, merged: 3 })
  const audit = new SqliteAudit(openReader(path), async (month) => {
    database.exec('BEGIN')
    rows.drop(month)
    database.exec('COMMIT')
  })
  const close = () => {
    audit.close()
    if (database.isOpen) database.close()
  }
  t.teardown(close)
  const log = { clock: Date.UTC(2026, 0, 1), step: 0, database, rows, audit, close, append, appendAt, find }
  async function append(...entries: AuditEntry[]): Promise<void> {
    log.clock += log.step
    appendAt(log.clock, ...entries)
  }
  function appendAt(clock: number, ...entries: AuditEntry[]): void {
    database.exec('BEGIN')
    rows.append(entries, [], clock)
    rows.flush()
    database.exec('COMMIT')
    rows.committed()
    rows.catchUp()
  }
  async function find(query: Partial<AuditQuery> = {}): Promise<string[]> {
    const records = await audit.find({ keys: [], ...query }, 9_999)
    return records.map(({ text }) => (JSON.parse(text) as { name: string }).name)
  }
  return log
}

const segments = (database: DatabaseSync) =>
  database
    .prepare('SELECT first, last, level FROM audit_segment ORDER BY first')
    .all()
    .map((row) => ({ ...row }))

t.test('over months, with many segments, finds as a plain list does', async (t) => {
  const log = openLog(t)
  log.step = DAY
  await findsAsAList(t, log)
  t.strictSame(await log.audit.months(), ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'])
  await wholeChains(t, log, 600)
})

t.test('within one ms, with many segments, finds as a plain list does', async (t) => {
  const log = openLog(t)
  await findsAsAList(t, log)
  await wholeChains(t, log, 600)
})

t.test('a run of records becomes a segment, segments become one, a month that is over is indexed whole', async (t) => {
  const log = openLog(t)
  for (let n = 1; n <= 13; n++) log.appendAt(log.clock, entry(`n${n}`, ['k', `r ${n}`]))
  const merged = [{ first: 1, last: 12, level: 1 }]
  t.strictSame(segments(log.database), merged)
  log.appendAt(log.clock + 40 * DAY, ...Array.from({ length: 6 }, (_, at) => entry(`m${at}`, ['k'])))
  t.strictSame(segments(log.database), [
    ...merged,
    { first: 13, last: 13, level: 0 },
    { first: 14, last: 17, level: 0 },
  ])
  t.equal((await log.find({ keys: [['k']] })).length, 19)
  t.strictSame(await log.find({ keys: [['r 13', 'r 2']] }), ['n2', 'n13'])
  t.strictSame(await log.find({ keys: [['r 13'], ['r 2']] }), [])
})

t.test('time does not go back, nor does the month', async (t) => {
  const log = openLog(t)
  log.appendAt(log.clock + 40 * DAY, entry('a'))
  log.appendAt(log.clock, entry('b'))
  const records = await log.audit.find({ keys: [] }, 9)
  t.strictSame(
    records.map(({ recorded }) => recorded),
    [log.clock + 40 * DAY, log.clock + 40 * DAY],
  )
  t.strictSame(await log.audit.months(), ['2026-02'])
})

t.test('what was rolled back leaves neither a gap nor a table', async (t) => {
  const log = openLog(t)
  const { database, rows } = log
  log.appendAt(log.clock, entry('a', ['k']))
  database.exec('BEGIN')
  rows.append([entry('b', ['k'], { tally: 'new' })], [], log.clock + 40 * DAY)
  rows.flush()
  database.exec('ROLLBACK')
  rows.rolledBack()
  database.exec('BEGIN; SAVEPOINT unit')
  t.throws(() => rows.append([entry('c'), entry('d', [], { changes: [0] })], [], log.clock + 80 * DAY), /no change 0/)
  database.exec('ROLLBACK TO unit; RELEASE unit')
  rows.forget()
  rows.append([entry('e', ['k'], { tally: 'new' })], [], log.clock + 40 * DAY)
  rows.flush()
  database.exec('COMMIT')
  rows.committed()
  t.strictSame(await log.find({ keys: [['k']] }), ['a', 'e'])
  t.strictSame(await log.audit.months(), ['2026-01', '2026-02'])
  await wholeChains(t, log, 2)
  const tallies = await Array.fromAsync(log.audit.tallies('2026-01-01', '2026-12-31'))
  t.strictSame(tallies, [
    { day: '2026-01-01', tally: 'read', count: 1 },
    { day: '2026-02-10', tally: 'new', count: 1 },
  ])
})

t.test('a month in the middle goes, the others stay as they are', async (t) => {
  const folder = storeFolder(t)
  const log = openLog(t, folder)
  const all = Array.from({ length: 90 }, (_, at) => `n${at}`)
  for (const [at, name] of all.entries()) {
    log.appendAt(log.clock + at * DAY, entry(name, ['k', `r ${at}`], { tally: at % 2 ? 'odd' : 'even' }))
  }
  t.equal((await log.find({ keys: [['k']] })).length, 90)
  const february = Array.from({ length: 28 }, (_, at) => `n${31 + at}`)
  const lost = (await log.audit.find({ keys: [['r 40']] }, 1))[0]!
  await log.audit.drop('2026-02')
  const wanted = all.filter((name) => !february.includes(name))
  for (const keys of [[], [['k']]]) {
    t.strictSame(await log.find({ keys }), wanted)
    t.strictSame(await log.find({ keys, descending: true }), wanted.toReversed())
    t.strictSame(await log.find({ keys, after: lost.key }), wanted.slice(31))
    t.strictSame(await log.find({ keys, after: lost.key, descending: true }), wanted.slice(0, 31).toReversed())
    t.strictSame(await log.find({ keys, from: lost.recorded, to: log.clock + 60 * DAY }), ['n59'])
  }
  t.equal(await log.audit.read(lost.key), undefined)
  t.strictSame(await log.find({ keys: [['r 40', 'r 60']] }), ['n60'])
  const tallies = await Array.fromAsync(log.audit.tallies('2026-01-31', '2026-03-02'))
  t.strictSame(tallies, [
    { day: '2026-01-31', tally: 'even', count: 1 },
    { day: '2026-03-01', tally: 'odd', count: 1 },
    { day: '2026-03-02', tally: 'even', count: 1 },
  ])
  const [{ chain } = { chain: '' }] = await log.audit.chains()
  const behind = await log.audit.chain(chain, 31, 3)
  t.strictSame(
    behind.map(({ number }) => number),
    [60, 61, 62],
  )
  t.equal(behind[1]!.hash, recordHash(behind[0]!.hash, behind[1]!))
  log.close()
  const again = openLog(t, folder)
  for (const month of await again.audit.months()) await again.audit.drop(month)
  again.appendAt(log.clock, entry('last', ['k']))
  t.match(await again.audit.find({ keys: [['k']] }, 9), [{ number: 91, chain, recorded: log.clock + 89 * DAY }])
})

t.test('an index that a crash left behind is made up for', async (t) => {
  const folder = storeFolder(t)
  const log = openLog(t, folder)
  log.rows.catchUp = () => undefined
  for (let n = 0; n < 50; n++) log.appendAt(log.clock + n * DAY, entry(`n${n}`, ['k']))
  t.strictSame(segments(log.database), [])
  t.equal((await log.find({ keys: [['k']] })).length, 50)
  log.close()
  const again = openLog(t, folder)
  again.appendAt(log.clock + 50 * DAY, entry('n50', ['k']))
  t.equal(Number(segments(again.database).at(-1)?.last), 51)
  t.equal((await again.find({ keys: [['k']] })).length, 51)
  await wholeChains(t, again, 51)
})

t.test('a key that was taken out of the index, and one that was put in, is seen', async (t) => {
  const log = openLog(t)
  for (let n = 0; n < 12; n++) log.appendAt(log.clock, entry(`n${n}`, ['k', `r ${n}`]))
  const [{ chain } = { chain: '' }] = await log.audit.chains()
  const indexed = async () => (await log.audit.chain(chain, 0, 99)).map((record) => record.indexed.length)
  t.strictSame(await indexed(), Array(12).fill(2))
  const row = log.database.prepare('SELECT block, entries FROM audit_index_2026_01').get()!
  const bytes = Buffer.from(row.entries as Uint8Array)
  log.database
    .prepare('UPDATE audit_index_2026_01 SET entries = ? WHERE block = ?')
    .run(Buffer.concat([bytes.subarray(4, 24 * 4), bytes.subarray(24 * 4 + 2)]), row.block!)
  t.equal((await indexed()).filter((count) => count === 1).length, 1)
})

t.test('records that a search does not come to, by a month or a segment that was changed, are seen', async (t) => {
  for (const [change, keys, hidden] of [
    ["UPDATE audit_month SET first = first + 3 WHERE month = '2026-01'", [], [0, 1, 2]],
    [
      'INSERT INTO audit_segment SELECT first + 1, first + 1, month, 0, 0, 999 FROM audit_segment WHERE first = 1',
      [['k']],
      [1],
    ],
  ] as const) {
    const log = openLog(t)
    for (let n = 0; n < 12; n++) log.appendAt(log.clock, entry(`n${n}`, ['k']))
    const [{ chain } = { chain: '' }] = await log.audit.chains()
    log.database.exec(change)
    const records = await log.audit.chain(chain, 0, 99)
    const found = await log.find({ keys, descending: true })
    t.strictSame(
      records.flatMap(({ indexed }, at) => (indexed.length === 0 ? [at] : [])),
      hidden,
    )
    t.strictSame(
      found,
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].flatMap((n) => (hidden.some((one) => one === n) ? [] : [`n${n}`])),
    )
  }
})

t.test('what cannot be indexed for want of space is found all the same, and is indexed later', async (t) => {
  const log = openLog(t)
  log.appendAt(log.clock, entry('n0', ['k']))
  const limit = (pages: number) => log.database.exec(`PRAGMA max_page_count = ${pages}`)
  const pages = () => Number(log.database.prepare('PRAGMA page_count').get()?.page_count)
  const plain = log.rows.catchUp.bind(log.rows)
  log.rows.catchUp = () => {
    limit(pages())
    plain()
    limit(1e9)
  }
  const many = (n: number) => Array.from({ length: 400 }, (_, at) => `p ${n} ${at}`)
  for (let n = 1; n < 20; n++) log.appendAt(log.clock, entry(`n${n}`, ['k', ...many(n)]))
  t.ok(Number(segments(log.database).at(-1)?.last ?? 0) < 16)
  t.equal((await log.find({ keys: [['k']] })).length, 20)
  t.match(log.database.prepare('PRAGMA synchronous').get(), { synchronous: 2 })
  log.rows.catchUp = plain
  for (let n = 20; n < 30; n++) log.appendAt(log.clock, entry(`n${n}`, ['k', ...many(n)]))
  t.ok(Number(segments(log.database).at(-1)?.last) >= 28)
  t.equal((await log.find({ keys: [['k']] })).length, 30)
  t.strictSame(await log.find({ keys: [['p 7 123']] }), ['n7'])
  await wholeChains(t, log, 30)
})

t.test('finds all that there was and nothing twice while segments are made and merged', async (t) => {
  const store = await SqliteStore.open(storeFolder(t))
  t.teardown(() => store.close())
  const COMMITS = 20
  let durable = 0
  const write = async () => {
    for (let at = 0; at < COMMITS; at++) {
      const audit = Array.from({ length: 1_000 }, (_, n) => entry(`${at * 1_000 + n}`, ['k', `m ${n}`]))
      await store.commit({ changes: [], guards: [], audit })
      durable += 1_000
    }
  }
  const orders = [false, true].flatMap((descending) =>
    [[['k']], [['m 7']], [['m 7'], ['k']]].map((keys) => ({ descending, keys })),
  )
  let finds = 0
  const read = async () => {
    while (durable < COMMITS * 1_000) {
      const { descending, keys } = orders[finds++ % orders.length]!
      const share = keys[0]![0] === 'k' ? 1 : 1_000
      const before = durable / share
      const records = await store.audit.find({ keys, descending }, 99_999)
      const numbers = records.map(({ number }) => number)
      if (records.length < before) t.fail(`${records.length} were found where ${before} were durable`)
      if (descending) numbers.reverse()
      const step = numbers.findIndex((number, at) => number !== (at + 1) * share - (share === 1 ? 0 : 992))
      if (step >= 0) t.fail(`at ${step} stands record ${numbers[step]}`)
    }
  }
  await Promise.all([write(), read()])
  t.ok(finds > 6, `${finds} searches`)
  await wholeChains(t, store, COMMITS * 1_000)
})
