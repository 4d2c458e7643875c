import type { Test } from 'tap'
import type { ArchivedState } from '../../resources/store/archive.ts'
import { CommitRefused } from '../../resources/store/port.ts'
import type { StateChange } from '../../resources/store/state.ts'
import type { Archived } from './archive.ts'
import { write } from './store.ts'

const refused = (at: number, current: number) => ({ name: 'CommitRefused', reason: 'state', at, current })

const put = (key: string, value: unknown, rest: Partial<Extract<StateChange, { kind: 'put' }>> = {}): StateChange => ({
  kind: 'put',
  of: 'test',
  key,
  value,
  ...rest,
})

const remove = (key: string, expect?: number | 'present'): StateChange => ({
  kind: 'remove',
  of: 'test',
  key,
  ...(expect === undefined ? {} : { expect }),
})

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What the state of every store must do. `openArchived` gives a new, empty one each time. */
export function stateContract(t: Test, openArchived: (t: Test) => Promise<Archived>): void {
  const open = async (t: Test) => {
    const { store } = await openArchived(t)
    const commit = (...state: StateChange[]) => store.commit({ changes: [], guards: [], state })
    const keys = async (after?: string, count = 99) =>
      (await store.state.list('test', after, count)).map(({ key }) => key)
    const found = async (alias: string, most = 99) =>
      (await store.state.find('test', alias, most)).map(({ key }) => key)
    return { store, state: store.state, commit, keys, found }
  }

  t.test('state: revisions count from 1, and begin anew after a removal', async (t) => {
    const { state, commit } = await open(t)
    t.equal(await state.get('test', 'a'), undefined)
    await commit(put('a', { x: 1 }))
    t.strictSame(await state.get('test', 'a'), { key: 'a', value: { x: 1 }, revision: 1, aliases: [] })
    await commit(put('a', [2], { aliases: ['m', 'n', 'm'], expires: 8e12 }))
    const wanted = { key: 'a', value: [2], revision: 2, expires: 8e12, aliases: ['m', 'n'] }
    t.strictSame(await state.get('test', 'a'), wanted, 'a put takes the place of all that was there')
    await commit(remove('a'))
    t.equal(await state.get('test', 'a'), undefined)
    await commit(remove('a'), put('a', null))
    t.strictSame(await state.get('test', 'a'), { key: 'a', value: null, revision: 1, aliases: [] })
    t.equal(await state.get('other', 'a'), undefined, 'of each kind by itself')
  })

  t.test('state: what is expected', async (t) => {
    const { state, commit } = await open(t)
    await t.rejects(commit(put('a', 1, { expect: 1 })), refused(0, 0))
    await t.rejects(commit(remove('a', 'present')), refused(0, 0))
    await commit(put('a', 1, { expect: 'absent' }))
    await t.rejects(commit(put('b', 1), put('a', 2, { expect: 'absent' })), refused(1, 1))
    t.equal(await state.get('test', 'b'), undefined, 'nothing of the unit remains')
    await commit(put('a', 2, { expect: 1 }))
    await t.rejects(commit(put('a', 3, { expect: 1 })), refused(0, 2))
    await t.rejects(commit(remove('a', 1)), refused(0, 2))
    t.match(await state.get('test', 'a'), { value: 2, revision: 2 })
    await commit(remove('a', 2))
    await commit(remove('a'))
    t.equal(await state.get('test', 'a'), undefined)
  })

  t.test('state: changes of one unit follow on each other', async (t) => {
    const { state, commit } = await open(t)
    await commit(put('a', 1, { expect: 'absent', aliases: ['x'] }), put('a', 2, { expect: 1, aliases: ['y'] }))
    t.match(await state.get('test', 'a'), { value: 2, revision: 2, aliases: ['y'] })
    await commit(remove('a', 2), put('a', 3, { expect: 'absent' }))
    t.match(await state.get('test', 'a'), { value: 3, revision: 1, aliases: [] })
    t.strictSame(await state.find('test', 'y', 9), [])
    await t.rejects(commit(put('b', 1), remove('b'), remove('b', 'present')), refused(2, 0))
  })

  t.test('state: of many who put what must be absent, one wins', async (t) => {
    const { state, commit } = await open(t)
    const races = Array.from({ length: 12 }, (_, at) => commit(put('a', at, { expect: 'absent' })))
    const results = await Promise.allSettled(races)
    const winners = results.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []))
    t.equal(winners.length, 1)
    for (const one of results) if (one.status === 'rejected') t.match(one.reason, refused(0, 1))
    t.match(await state.get('test', 'a'), { value: winners[0], revision: 1 })
  })

  t.test('state: of many who consume a code, one does', async (t) => {
    const { state, commit } = await open(t)
    await commit(put('code', 1))
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => commit(remove('code', 'present'))))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const one of results) if (one.status === 'rejected') t.ok(one.reason instanceof CommitRefused)
    t.equal(await state.get('test', 'code'), undefined)
  })

  t.test('state: counting by compare and set loses nothing', async (t) => {
    const { state, commit } = await open(t)
    await commit(put('n', 0))
    const add = async (): Promise<void> => {
      for (;;) {
        const entry = await state.get('test', 'n')
        try {
          await commit(put('n', Number(entry?.value) + 1, { expect: entry?.revision ?? 'absent' }))
          return
        } catch (error) {
          if (!(error instanceof CommitRefused && error.reason === 'state')) throw error
        }
      }
    }
    await Promise.all(Array.from({ length: 8 }, add))
    t.match(await state.get('test', 'n'), { value: 8, revision: 9 })
  })

  t.test('state: aliases find, within a kind, and are replaced by a put', async (t) => {
    const { state, commit, found } = await open(t)
    await commit(put('b', 1, { aliases: ['m', 'n'] }), put('a', 2, { aliases: ['m'] }), put('c', 3), {
      ...put('d', 4, { aliases: ['m'] }),
      of: 'other',
    } as StateChange)
    t.strictSame(await found('m'), ['a', 'b'])
    t.strictSame(await found('m', 1), ['a'])
    t.strictSame(await found('m', 0), [])
    t.match(await state.find('test', 'n', 9), [{ key: 'b', value: 1, revision: 1, aliases: ['m', 'n'] }])
    await commit(put('b', 1, { aliases: ['n', 'o'] }))
    t.strictSame([await found('m'), await found('n'), await found('o')], [['a'], ['b'], ['b']])
    await commit(remove('b'), put('a', 2))
    t.strictSame([await found('m'), await found('n'), await found('a')], [[], [], []])
    t.match(await state.find('other', 'm', 9), [{ key: 'd' }])
  })

  t.test('state: lists in the order of keys as UTF-8, page by page', async (t) => {
    const { state, commit, keys } = await open(t)
    const ordered = ['', '/', '0', 'A', 'a', 'a/b', 'a0', 'é', '\uffee', '𝒳']
    await commit(...ordered.toReversed().map((key) => put(key, key)))
    await commit(...['tes', 'test0', 'test-x', 'tesu'].map((of) => ({ ...put('k', 1), of }) as StateChange))
    t.strictSame(await keys(), ordered)
    for (const [at, key] of ordered.entries()) t.strictSame(await keys(key), ordered.slice(at + 1), `behind ${key}`)
    t.strictSame(await keys('a', 2), ['a/b', 'a0'])
    t.strictSame(await keys('a1', 1), ['é'], 'behind a key that is not there')
    t.strictSame(await keys(undefined, 0), [])
    t.strictSame(await state.list('none', undefined, 9), [])
  })

  t.test('state: what has expired is not there', async (t) => {
    const { state, commit, keys, found } = await open(t)
    const expires = Date.now() + 400
    await commit(put('short', 1, { expires, aliases: ['m'] }), put('short', 2, { expires, aliases: ['m'] }))
    await commit(put('past', 1, { expires: Date.now() - 1, aliases: ['m'] }), put('long', 1, { aliases: ['m'] }))
    t.strictSame(await keys(), ['long', 'short'])
    await later(expires - Date.now() + 5)
    t.strictSame([await keys(), await found('m')], [['long'], ['long']])
    t.equal(await state.get('test', 'short'), undefined)
    await t.rejects(commit(put('short', 3, { expect: 2 })), refused(0, 0))
    await t.rejects(commit(remove('short', 'present')), refused(0, 0))
    await commit(put('short', 3, { expect: 'absent' }))
    t.strictSame(await state.get('test', 'short'), { key: 'short', value: 3, revision: 1, aliases: [] })
    t.strictSame(await found('m'), ['long'])
    t.strictSame(await keys(undefined, 1), ['long'], 'what has expired takes no place of a page')
  })

  t.test('state: values of any JSON', async (t) => {
    const { state, commit } = await open(t)
    const values = [
      { $set: 1, 'a.b': { $gt: '' }, '': null, constructor: [], toString: 'x' },
      JSON.parse('{"__proto__": {"x": 1}}'),
      ['ä\u0000𝒳\ud800', -0.5, 1e21, 9007199254740991, true, [], {}],
      'x'.repeat(1024 * 1024),
      Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 'deep'),
    ]
    for (const [at, value] of values.entries()) {
      await commit(put(`ключ ${at}`, value, { aliases: ['тест'] }))
      t.equal(JSON.stringify((await state.get('test', `ключ ${at}`))?.value), JSON.stringify(value))
    }
    t.equal((await state.find('test', 'тест', 9)).length, values.length)
    await t.rejects(commit(put('a', 'x'.repeat(9_000_000))), { name: 'FhirError', kind: 'too-large' })
    await t.rejects(commit(put('a', undefined)), TypeError)
    await t.rejects(commit({ ...put('a', 1), of: 'a/b' } as StateChange), TypeError)
    t.equal(await state.get('test', 'a'), undefined)
  })

  t.test('state: with resources all or nothing', async (t) => {
    const { store, state } = await open(t)
    const unit = (id: string, ...changes: StateChange[]) => ({ changes: [write(id)], guards: [], state: changes })
    t.match(await store.commit(unit('x', put('a', 1))), [{ version: 1 }])
    t.match([await store.read('Basic', 'x'), await state.get('test', 'a')], [{ version: 1 }, { value: 1 }])
    await t.rejects(store.commit(unit('x', put('b', 1), put('a', 2, { expect: 'absent' }))), refused(1, 1))
    t.match(await store.read('Basic', 'x'), { version: 1 })
    const stale = { changes: [write('x', 'a', 'absent')], guards: [], state: [put('a', 2), put('b', 1)] }
    await t.rejects(store.commit(stale), { name: 'CommitRefused', reason: 'expectation' })
    t.match([await state.get('test', 'a'), await state.get('test', 'b')], [{ value: 1, revision: 1 }, undefined])
    await store.commit({ changes: [], guards: [], state: [put('b', 1)], onceKey: 'k', notes: { n: '1' } })
    const again = { changes: [], guards: [], state: [put('b', 2)], onceKey: 'k' }
    await t.rejects(store.commit(again), { name: 'CommitRefused', reason: 'repeated' })
    t.match(await state.get('test', 'b'), { value: 1 })
  })

  t.test('state: is archived and restored as it is', async (t) => {
    const { store, state, commit, found } = await open(t)
    const { archive } = store
    const all = async () => {
      const entries: ArchivedState[] = []
      for await (const entry of archive.state()) entries.push(entry)
      return entries
    }
    await commit(put('b', 1, { expires: Date.now() - 1 }), put('a', 1, { aliases: ['m'] }), {
      ...put('a', 'x'),
      of: 'other',
    } as StateChange)
    const [other, first] = await all()
    t.match(other, { kind: 'other', key: 'a', value: 'x', revision: 1, aliases: [] })
    t.strictSame(first, { kind: 'test', key: 'a', value: 1, revision: 1, aliases: ['m'] })
    const entries = [
      { kind: 'test', key: 'a', value: { y: 1 }, revision: 7, aliases: ['n'] },
      { kind: 'test', key: 'c', value: 2, revision: 3, aliases: ['n'], expires: 8e12 },
    ]
    await archive.restore({ state: entries })
    t.strictSame(await all(), [other, ...entries])
    t.strictSame([await found('m'), await found('n')], [[], ['a', 'c']])
    await commit(put('a', 1, { expect: 7 }))
    t.match(await state.get('test', 'a'), { revision: 8 })
  })
}
