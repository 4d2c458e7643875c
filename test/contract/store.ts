import type { Test } from 'tap'
import { stamped } from '../../resources/json/stamp.ts'
import { type Change, CommitRefused, type Expectation, type Store } from '../../resources/store/port.ts'
import type { Restriction, Search, Searcher } from '../../search/searcher.ts'

const META = Buffer.from('{"resourceType":"Basic","meta":{}}')
const META_AT = META.length - 2

/** A change that writes a Basic resource, marked by one token entry. */
export function write(id: string, mark = 'a', expect?: Expectation): Change {
  return {
    kind: 'write',
    method: 'PUT',
    type: 'Basic',
    id,
    text: META,
    metaAt: META_AT,
    entries: [['token', 'code', 'http://x', mark]],
    ...(expect === undefined ? {} : { expect }),
  }
}

/** A search for what `write` has marked so. */
export const marked = (code: string): Search => ({
  type: 'Basic',
  where: { kind: 'token', param: 'code', tests: [{ system: 'http://x', code }] },
  restriction: EVERYTHING,
})

/** The restriction of a caller who may see everything. */
export const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

const refused = (reason: string, at: number) => ({ name: 'CommitRefused', reason, at })

/** A store, and the searcher that stands beside it. */
export interface Opened {
  store: Store
  searcher: Searcher
}

/** A store, and of its searcher what a commit needs. */
export interface Guarded {
  store: Store
  searcher: Pick<Searcher, 'selection' | 'ids'>
}

/** What every store must do, whatever it is built on. `openBoth` gives a new, empty one each time. */
export function storeContract(t: Test, openBoth: (t: Test) => Promise<Guarded>): void {
  const open = async (t: Test) => (await openBoth(t)).store

  t.test('versions count from 1 and go on after a deletion', async (t) => {
    const store = await open(t)
    t.equal(await store.read('Basic', 'x'), undefined)
    const steps: Change[] = [write('x'), write('x'), { kind: 'delete', type: 'Basic', id: 'x' }, write('x')]
    const outcomes = []
    for (const change of steps) outcomes.push(...(await store.commit({ changes: [change], guards: [] })))
    t.match(outcomes, [
      { version: 1, created: true },
      { version: 2, created: false },
      { version: 3, created: false },
      { version: 4, created: true },
    ])
    t.match(await store.read('Basic', 'x'), { type: 'Basic', id: 'x', version: 4, method: 'PUT' })
    t.match(await store.readVersion('Basic', 'x', 3), { method: 'DELETE', text: undefined })
    t.equal(await store.readVersion('Basic', 'x', 5), undefined)
    t.equal(await store.readVersion('Basic', 'y', 1), undefined)
  })

  t.test('writes versionId and lastUpdated where it was told', async (t) => {
    const store = await open(t)
    const [outcome] = await store.commit({ changes: [write('x')], guards: [] })
    const version = await store.read('Basic', 'x')
    t.equal(version?.lastUpdated, outcome?.lastUpdated)
    t.strictSame(version?.text, stamped(META, META_AT, 1, version?.lastUpdated ?? 0))
  })

  t.test('a deletion of nothing leaves nothing', async (t) => {
    const store = await open(t)
    t.match(await store.commit({ changes: [{ kind: 'delete', type: 'Basic', id: 'x' }], guards: [] }), [{ version: 0 }])
    t.equal(await store.read('Basic', 'x'), undefined)
    t.equal(await store.countHistory({}, {}), 0)
  })

  t.test('a unit is committed all or not at all', async (t) => {
    const store = await open(t)
    const changes = [write('x'), write('y', 'a', { version: 7 })]
    await t.rejects(store.commit({ changes, guards: [] }), refused('expectation', 1))
    t.equal(await store.read('Basic', 'x'), undefined)
    t.equal(await store.countHistory({}, {}), 0)
    await store.commit({ changes: [write('x', 'b'), write('y', 'b')], guards: [] })
    t.match(await store.read('Basic', 'y'), { version: 1 }, 'and what was given in the failed unit is given anew')
  })

  t.test('expectations', async (t) => {
    const store = await open(t)
    const commit = (change: Change) => store.commit({ changes: [change], guards: [] })
    await commit(write('x', 'a', 'absent'))
    await t.rejects(commit(write('x', 'a', 'absent')), { ...refused('expectation', 0), current: 1 })
    await t.rejects(commit(write('x', 'a', { version: 2 })), { ...refused('expectation', 0), current: 1 })
    await commit(write('x', 'a', { version: 1 }))
    await t.rejects(commit({ kind: 'delete', type: 'Basic', id: 'x', expect: { version: 1 } }), {
      name: 'CommitRefused',
      current: 2,
    })
    await commit({ kind: 'delete', type: 'Basic', id: 'x', expect: { version: 2 } })
    await t.rejects(
      commit(write('x', 'a', { version: 3 })),
      { name: 'CommitRefused', current: 0 },
      'a deletion is no version to match',
    )
    await commit(write('x', 'a', 'absent'))
  })

  t.test('of many racing for one version, one wins', async (t) => {
    const store = await open(t)
    await store.commit({ changes: [write('x')], guards: [] })
    const races = Array.from({ length: 20 }, () =>
      store.commit({ changes: [write('x', 'a', { version: 1 })], guards: [] }),
    )
    const results = await Promise.allSettled(races)
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const result of results) if (result.status === 'rejected') t.ok(result.reason instanceof CommitRefused)
    t.match(await store.read('Basic', 'x'), { version: 2 })
  })

  t.test('an expectation that nobody asked for refuses as outdated', async (t) => {
    const store = await open(t)
    await store.commit({ changes: [write('x'), write('y')], guards: [] })
    const commit = (expect: Expectation) => store.commit({ changes: [write('x', 'a', expect)], guards: [] })
    await commit({ version: 1, retry: true })
    await t.rejects(commit({ version: 1, retry: true }), refused('outdated', 0))
    await store.commit({ changes: [{ kind: 'delete', type: 'Basic', id: 'x' }], guards: [] })
    await t.rejects(commit({ version: 2, retry: true }), refused('outdated', 0))
  })

  t.test('a guard holds as long as its search finds the same', async (t) => {
    const { store, searcher } = await openBoth(t)
    const search = marked('a')
    const commit = (ids: string[], change: Change) =>
      store.commit({ changes: [change], guards: [{ selection: searcher.selection(search), ids }] })
    await commit([], write('x', 'b'))
    await commit([], write('y', 'a'))
    await t.rejects(commit([], write('z', 'a')), refused('outdated', -1))
    t.equal(await store.read('Basic', 'z'), undefined)
    await commit(['y'], write('x', 'a'))
    await t.rejects(commit(['y'], write('z')), refused('outdated', -1), 'one more')
    await commit(['x', 'y'], { kind: 'delete', type: 'Basic', id: 'y' })
    await t.rejects(commit(['x', 'y'], write('z')), refused('outdated', -1), 'one less')
    await t.rejects(commit(['y'], write('z')), refused('outdated', -1), 'another one')
    await commit(['x'], write('z', 'b'))
  })

  t.test('of many whose guards say that there is none, one commits', async (t) => {
    const { store, searcher } = await openBoth(t)
    const unit = (at: number) => ({
      changes: [write(`r${at}`)],
      guards: [{ selection: searcher.selection(marked('a')), ids: [] }],
    })
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => store.commit(unit(at))))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    t.equal((await searcher.ids(marked('a'), 9)).length, 1)
  })

  t.test('one unit in a group does not take the others with it', async (t) => {
    const store = await open(t)
    const commits = Array.from({ length: 30 }, (_, at) =>
      store.commit({ changes: [write(`r${at}`, 'a', at % 3 === 0 ? { version: 9 } : 'absent')], guards: [] }),
    )
    const results = await Promise.allSettled(commits)
    for (const [at, { status }] of results.entries()) t.equal(status, at % 3 === 0 ? 'rejected' : 'fulfilled')
    t.equal(await store.countHistory({}, {}), 20)
  })

  t.test('history: newest first, by scope, page by page', async (t) => {
    const store = await open(t)
    await store.commit({ changes: [write('x'), write('y')], guards: [] })
    await store.commit({ changes: [write('x'), { ...write('z'), type: 'Flag' }], guards: [] })
    await store.commit({ changes: [{ kind: 'delete', type: 'Basic', id: 'y' }], guards: [] })
    const all = await store.history({}, {}, 10)
    t.match(all, {
      more: false,
      entries: [
        { id: 'y', version: 2, method: 'DELETE', text: undefined },
        { id: 'z', type: 'Flag', version: 1 },
        { id: 'x', version: 2 },
        { id: 'y', version: 1 },
        { id: 'x', version: 1 },
      ],
    })
    t.equal((await store.history({ type: 'Basic' }, {}, 10)).entries.length, 4)
    t.match(await store.history({ type: 'Basic', id: 'x' }, {}, 10), { entries: [{ version: 2 }, { version: 1 }] })
    t.match(await store.history({ type: 'Patient' }, {}, 10), { entries: [], more: false })
    const first = await store.history({}, {}, 2)
    t.equal(first.more, true)
    const rest = await store.history({}, { before: first.entries[1]?.position ?? '' }, 10)
    t.strictSame([...first.entries, ...rest.entries], all.entries)
  })

  t.test('history by time', async (t) => {
    const store = await open(t)
    const times: number[] = []
    for (const change of [write('x'), write('x'), { kind: 'delete', type: 'Basic', id: 'x' } as const]) {
      const [outcome] = await store.commit({ changes: [change], guards: [] })
      times.push(outcome?.lastUpdated ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const versions = async (query: object) =>
      (await store.history({ type: 'Basic', id: 'x' }, query, 9)).entries.map((e) => e.version)
    t.strictSame(await versions({ since: times[1] }), [3, 2])
    t.strictSame(await versions({ at: { start: times[0]! + 1, end: times[0]! + 2 } }), [1])
    t.strictSame(await versions({ at: { start: times[0]!, end: times[1]! + 1 } }), [2, 1])
    t.strictSame(await versions({ at: { start: 0, end: times[0] } }), [])
    t.strictSame(await versions({ at: { start: times[2]! + 1000, end: times[2]! + 2000 } }), [3])
    t.equal(await store.countHistory({ type: 'Basic', id: 'x' }, { since: times[1]! }), 2)
  })

  t.test('work that has a name is done once', async (t) => {
    const store = await open(t)
    t.equal(await store.wasDone('k'), false)
    await store.commit({ changes: [write('x')], guards: [], onceKey: 'k' })
    t.equal(await store.wasDone('k'), true)
    await t.rejects(store.commit({ changes: [write('x')], guards: [], onceKey: 'k' }), refused('repeated', -1))
    await t.rejects(store.commit({ changes: [write('y', 'a', { version: 1 })], guards: [], onceKey: 'l' }))
    t.equal(await store.wasDone('l'), false, 'what failed was not done')
    const races = Array.from({ length: 5 }, () => store.commit({ changes: [write('z')], guards: [], onceKey: 'm' }))
    t.equal((await Promise.allSettled(races)).filter(({ status }) => status === 'fulfilled').length, 1)
    t.match(await store.read('Basic', 'z'), { version: 1 })
  })

  t.test('notes are committed with the rest, or alone', async (t) => {
    const store = await open(t)
    t.equal(await store.note('a'), undefined)
    t.strictSame(await store.commit({ changes: [], guards: [], notes: { a: '1', b: '2' } }), [])
    const refusing = { changes: [write('x', 'a', { version: 7 })], guards: [], notes: { a: '3' } }
    await t.rejects(store.commit(refusing), refused('expectation', 0))
    t.strictSame([await store.note('a'), await store.note('b')], ['1', '2'])
    await store.commit({ changes: [write('x')], guards: [], notes: { a: '4' } })
    t.equal(await store.note('a'), '4')
    t.strictSame(await store.commit({ changes: [], guards: [] }), [], 'and nothing at all')
  })

  t.test('a secret stays the same', async (t) => {
    const store = await open(t)
    const secret = await store.secret('links')
    t.equal(secret.length, 32)
    t.strictSame(await store.secret('links'), secret)
  })
}
