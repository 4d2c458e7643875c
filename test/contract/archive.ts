import type { Test } from 'tap'
import type {
  Archive,
  ArchivedRecord,
  ArchivedVersion,
  ArchivePart,
  RestoredVersion,
} from '../../resources/store/archive.ts'
import { fingerprints, NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import { auditKey } from '../../resources/store/audit-key.ts'
import type { IndexEntry, Method, Store } from '../../resources/store/port.ts'
import type { Search, Searcher } from '../../search/searcher.ts'
import { wholeChains } from '../support/whole-chains.ts'
import { EVERYTHING, write } from './store.ts'

/** A store with its archive, and the searcher that stands beside it. */
export interface Archived {
  store: Store & { archive: Archive }
  searcher: Pick<Searcher, 'ids'>
}

/** A version of `Basic/id` of a moment, current unless it says until when it was. */
function version(id: string, number: number, lastUpdated: number, rest: Partial<RestoredVersion> = {}) {
  const text = Buffer.from(`{"resourceType":"Basic","id":"${id}","x":1.${'0'.repeat(number)}}`)
  const method: Method = 'PUT'
  const created = number === 1
  return {
    type: 'Basic',
    id,
    version: number,
    lastUpdated,
    method,
    created,
    text,
    until: undefined,
    order: number,
    entries: [],
    ...rest,
  } satisfies RestoredVersion
}

const marked = (mark: string): IndexEntry[] => [['token', 'code', 'http://x', mark]]

const search = (type: string, code: string): Search => ({
  type,
  where: { kind: 'token', param: 'code', tests: [{ system: 'http://x', code }] },
  restriction: EVERYTHING,
})

const DELETED = { method: 'DELETE', text: undefined, created: false } as const

async function all<T>(of: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of of) items.push(item)
  return items
}

const plain = (versions: readonly (ArchivedVersion | RestoredVersion)[]) =>
  versions.map(({ type, id, version, lastUpdated, method, created, text, until }) => {
    return { type, id, version, lastUpdated, method, created, text: text?.toString(), until }
  })

const named = (versions: readonly ArchivedVersion[]) => versions.map(({ id, version }) => `${id}/${version}`)

/** Records of two chains over two months, every fifth pair of one moment. */
function twoChains(count: number): ArchivedRecord[] {
  const ends = { ca: { number: 0, hash: NO_HASH }, cb: { number: 0, hash: NO_HASH } }
  return Array.from({ length: count }, (_, at): ArchivedRecord => {
    const chain = at % 5 < 3 ? 'ca' : 'cb'
    const end = ends[chain]
    const recorded = Date.UTC(2026, 0, 31, 23, 59) + at * 240 - (at % 5 === 4 ? 240 : 0)
    const outcomes = at % 3 === 0 ? [{ version: at + 1, created: at % 2 === 0 }] : []
    const place = { recorded, chain, number: end.number + 1 }
    const text = JSON.stringify({ at, ä: '\u0000' })
    const indexed = fingerprints([`p ${at % 7}`, `e Basic/${at}`])
    const hash = recordHash(end.hash, { ...place, text, outcomes, indexed })
    ends[chain] = { number: place.number, hash }
    return { key: auditKey(place), ...place, text, outcomes, hash, indexed, tally: `t${at % 4}` }
  }).toSorted((one, other) => (one.key < other.key ? -1 : 1))
}

/** What the archive of every store must do. `open` gives a new, empty one each time. */
export function archiveContract(t: Test, open: (t: Test) => Promise<Archived>): void {
  t.test('versions are written as they are, and read as they were written', async (t) => {
    const { store, searcher } = await open(t)
    const { archive } = store
    const versions: RestoredVersion[] = [
      version('x', 1, 1000, { method: 'POST', until: 2000 }),
      version('y', 1, 1500, { until: 3000 }),
      version('x', 2, 2000, { ...DELETED, until: 2500 }),
      version('x', 3, 2500, { method: 'PATCH', created: true, entries: marked('a') }),
      version('y', 2, 3000, DELETED),
    ]
    await archive.restore({ versions })
    t.strictSame(plain(await all(archive.versions())), plain(versions))
    t.match(await store.read('Basic', 'x'), { version: 3, lastUpdated: 2500, method: 'PATCH', text: versions[3]?.text })
    t.match(await store.read('Basic', 'y'), { version: 2, text: undefined })
    t.match(await store.readVersion('Basic', 'x', 1), { method: 'POST', text: versions[0]?.text })
    const history = await store.history({}, {}, 9)
    t.strictSame(named(history.entries as unknown as ArchivedVersion[]), ['y/2', 'x/3', 'x/2', 'y/1', 'x/1'])
    t.strictSame(
      history.entries.map(({ created }) => created),
      [false, true, false, true, true],
    )
    const at = (start: number) => store.history({}, { at: { start, end: start + 1 } }, 9)
    t.match((await at(2200)).entries, [
      { id: 'x', version: 2 },
      { id: 'y', version: 1 },
    ])
    t.strictSame(await searcher.ids(search('Basic', 'a'), 9), ['x'])
    t.match(
      (await store.scan(undefined, 9)).map(({ id }) => id),
      ['x'],
    )
  })

  t.test('versions go on counting, and their time goes on', async (t) => {
    const { store } = await open(t)
    const later = Date.now() + 60_000
    await store.archive.restore({ versions: [version('x', 7, 1000), version('y', 4, later, DELETED)] })
    const outcomes = await store.commit({ changes: [write('x', 'a', { version: 7 }), write('y')], guards: [] })
    t.match(outcomes, [
      { version: 8, created: false },
      { version: 5, created: true },
    ])
    t.ok(outcomes[1]!.lastUpdated >= later)
    t.match(await all(store.archive.sorted('Basic')), [
      { id: 'x', version: 8, until: undefined },
      { id: 'x', version: 7, until: outcomes[0]!.lastUpdated },
      { id: 'y', version: 5 },
      { id: 'y', version: 4 },
    ])
  })

  t.test('in parts, and from any position on', async (t) => {
    const { store } = await open(t)
    const { archive } = store
    // Ten of one millisecond: their numbers are no texts. Ids that begin alike, or with what sorts before a slash.
    const ids = ['a', 'a-b', 'a.b', 'ab']
    const versions = ids.flatMap((id) =>
      Array.from({ length: 12 }, (_, at) => version(id, at + 1, 1000, at < 11 ? { until: 1000 } : {})),
    )
    for (const one of versions) await archive.restore({ versions: [one] })
    const read = await all(archive.versions())
    t.equal(read.length, versions.length)
    for (const id of ids) {
      const own = read.filter((one) => one.id === id).map((one) => one.version)
      t.strictSame(own, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], id)
      t.match(await store.read('Basic', id), { version: 12 })
    }
    for (const [at, { position }] of read.entries()) {
      t.strictSame(named(await all(archive.versions(position))), named(read.slice(at + 1)), `behind ${position}`)
    }
    t.strictSame(
      named(await all(archive.sorted('Basic'))),
      ids.flatMap((id) => Array.from({ length: 12 }, (_, at) => `${id}/${12 - at}`)),
    )
    t.strictSame(
      await all(archive.heads('Basic')),
      ids.map((id) => ({ id, version: 12, lastUpdated: 1000, live: true })),
    )
    t.strictSame(await archive.types(), ['Basic'])
  })

  t.test('a source that has gone on: what was current is so no more', async (t) => {
    const { store } = await open(t)
    const { archive } = store
    await archive.restore({ versions: [version('x', 1, 1000, { entries: marked('a') }), version('y', 1, 1000)] })
    await archive.restore({ versions: [version('x', 2, 2000, { until: 3000 })] })
    await archive.restore({ versions: [version('x', 3, 3000), version('y', 2, 4000, DELETED)] })
    t.match(await all(archive.sorted('Basic')), [
      { id: 'x', version: 3, until: undefined },
      { id: 'x', version: 2, until: 3000 },
      { id: 'x', version: 1, until: 2000 },
      { id: 'y', version: 2 },
      { id: 'y', version: 1, until: 4000 },
    ])
    t.match(await all(archive.heads('Basic')), [
      { id: 'x', version: 3, live: true },
      { id: 'y', version: 2, live: false },
    ])
  })

  t.test('what is contained comes with its container, and goes with it', async (t) => {
    const { store, searcher } = await open(t)
    const inside = { type: 'Medication', id: 'm', entries: marked('m') }
    await store.archive.restore({ versions: [version('x', 1, 1000, { contained: [inside] })] })
    const find = () => searcher.ids(search('#Medication', 'm'), 9)
    t.strictSame(await find(), ['Basic/x#m'])
    await store.archive.restore({ versions: [version('x', 2, 2000)] })
    t.strictSame(await find(), [])
    t.strictSame(await store.archive.types(), ['Basic'])
  })

  t.test('keys, secrets and notes', async (t) => {
    const { store } = await open(t)
    const { archive } = store
    const secret = await store.secret('links')
    t.strictSame(await archive.secrets(), { links: secret })
    const now = Date.now()
    const part: ArchivePart = {
      done: ['b', 'ä', 'a'].map((key, at) => ({ key, at: now - at })),
      secrets: { links: Buffer.alloc(32, 7) },
      notes: { one: '1' },
    }
    await archive.restore(part)
    t.strictSame(await all(archive.done()), [
      { key: 'a', at: now - 2 },
      { key: 'b', at: now },
      { key: 'ä', at: now - 1 },
    ])
    t.strictSame(await all(archive.done('b')), [{ key: 'ä', at: now - 1 }])
    t.equal(await store.wasDone('ä'), true)
    t.strictSame(await store.secret('links'), Buffer.alloc(32, 7))
    await archive.restore({ notes: { one: '2', two: '2' } })
    t.strictSame(await archive.notes(), { one: '2', two: '2' })
    t.equal(await store.note('one'), '2')
  })

  t.test(
    'records of the audit log, in parts: whole chains, found as they were, and the store goes on behind them',
    async (t) => {
      const { store } = await open(t)
      const { archive, audit } = store
      const records = twoChains(500)
      for (let start = 0; start < records.length; start += 150) {
        await archive.restore({ audit: records.slice(start, start + 150) })
      }
      t.strictSame(await audit.chains(), [], 'no chain before its end is known')
      const chains = ['ca', 'cb'].map((chain) => {
        const { number, hash } = records.findLast((one) => one.chain === chain)!
        return { chain, number, hash }
      })
      await archive.restore({ chains })
      t.strictSame(
        (await audit.chains()).toSorted((one, other) => (one.chain < other.chain ? -1 : 1)),
        chains,
      )
      t.strictSame(await all(archive.audit()), records)
      for (const at of [0, 1, 249, 250, 498, 499]) {
        t.strictSame(await all(archive.audit(records[at]!.key)), records.slice(at + 1), `behind ${at}`)
      }
      const keysOf = (found: readonly { key: string }[]) => found.map(({ key }) => key)
      for (const { key } of records.slice(240, 260)) t.equal((await audit.read(key))?.key, key)
      t.strictSame(
        keysOf(await audit.find({ keys: [['p 3']] }, 99)),
        keysOf(records.filter((_, at) => at % 7 === 3)).slice(0, 99),
      )
      t.strictSame(await audit.months(), ['2026-01', '2026-02'])
      const counts = await all(audit.tallies('2026-01-01', '2026-02-28'))
      t.equal(
        counts.filter(({ tally }) => tally === 't1').reduce((sum, { count }) => sum + count, 0),
        records.filter(({ tally }) => tally === 't1').length,
      )
      await store.commit({ changes: [], guards: [], audit: [{ text: '{}', keys: ['p 3'], tally: 't1' }] })
      const whole = await wholeChains(t, audit)
      t.strictSame(Array.from(whole.values(), ({ length }) => length).toSorted(), [1, 200, 300])
      t.equal((await audit.find({ keys: [['p 3']], descending: true }, 1))[0]?.number, 1, 'the last is its own')
      await t.rejects(archive.restore({ audit: records.slice(9, 10), notes: { again: '1' } }))
      t.equal(await store.note('again'), undefined)
    },
  )

  t.test('a part is written all or not at all', async (t) => {
    const { store } = await open(t)
    await store.archive.restore({ versions: [version('x', 1, 1000)] })
    const again = { versions: [version('y', 1, 1000), version('x', 1, 1000)], notes: { at: '2' } }
    await t.rejects(store.archive.restore(again))
    t.equal(await store.read('Basic', 'y'), undefined)
    t.equal(await store.note('at'), undefined)
    t.equal(await store.countHistory({}, {}), 1)
  })
}
