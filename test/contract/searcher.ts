import type { Test } from 'tap'
import { prepareStamp } from '../../resources/json/stamp.ts'
import type { Change, IndexEntry } from '../../resources/store/port.ts'
import type { Expression } from '../../search/expression.ts'
import type { Restriction } from '../../search/searcher.ts'
import { EVERYTHING, type Opened } from './store.ts'

function write(type: string, id: string, entries: IndexEntry[], padding = ''): Change {
  const value = { resourceType: type, padding }
  return {
    kind: 'write',
    method: 'PUT',
    type,
    id,
    ...prepareStamp({ text: Buffer.from(JSON.stringify(value)), value }, id),
    entries,
  }
}

const token = (code: string): IndexEntry => ['token', 'code', 'http://x', code]
const code = (...codes: string[]): Expression => ({
  kind: 'token',
  param: 'code',
  tests: codes.map((value) => ({ system: 'http://x', code: value })),
})
const onPatient = (id: string): Expression => ({
  kind: 'reference',
  param: 'subject',
  targets: [{ type: 'Patient', id }],
  bare: { types: [], ids: [] },
  uris: [],
})

/** What every searcher must do, whatever it is built on. That it finds the right ones is shown against `matches`. */
export function searcherContract(t: Test, open: (t: Test) => Promise<Opened>): void {
  const ids = async ({ searcher }: Opened, where: Expression, restriction: Restriction = EVERYTHING, type = 'Basic') =>
    (await searcher.find({ type, where, restriction }, 99)).found.map(({ id }) => id).sort()

  t.test('finds live resources by what they have now', async (t) => {
    const both = await open(t)
    const commit = (...changes: Change[]) => both.store.commit({ changes, guards: [] })
    await commit(
      write('Basic', 'a', [token('1')]),
      write('Basic', 'b', [token('1'), token('2')]),
      write('Flag', 'a', [token('1')]),
    )
    t.strictSame(await ids(both, code('1')), ['a', 'b'])
    t.strictSame(await ids(both, code('2', '1')), ['a', 'b'], 'each once')
    t.strictSame(await ids(both, { kind: 'all' }), ['a', 'b'])
    t.strictSame(await ids(both, { kind: 'none' }), [])
    t.strictSame(await ids(both, { kind: 'or', parts: [] }), [], 'an empty or is nothing, never everything')
    t.strictSame(await ids(both, { kind: 'and', parts: [] }), ['a', 'b'])
    await commit(write('Basic', 'a', [token('2')]))
    t.strictSame(await ids(both, code('1')), ['b'], 'not by what it had')
    t.strictSame(await ids(both, code('2')), ['a', 'b'])
    await commit({ kind: 'delete', type: 'Basic', id: 'b' })
    t.strictSame(await ids(both, code('2')), ['a'])
    t.strictSame(await ids(both, { kind: 'id', ids: ['a', 'b', 'a'] }), ['a'])
    await commit(write('Basic', 'b', [token('3')]))
    t.strictSame(await ids(both, code('1', '2', '3')), ['a', 'b'], 'and again when it is back')
    t.strictSame(await ids(both, code('2'), EVERYTHING, 'Device'), [], 'a type that was never seen')
  })

  t.test('a reference is found before and after its target is written', async (t) => {
    const both = await open(t)
    await both.store.commit({ changes: [write('Basic', 'a', [['reference', 'subject', 'Patient', 'p']])], guards: [] })
    t.strictSame(await ids(both, onPatient('p')), ['a'])
    t.strictSame(await ids(both, onPatient('q')), [])
    t.strictSame(await ids(both, { kind: 'all' }, EVERYTHING, 'Patient'), [], 'what is only referred to is not there')
    await both.store.commit({ changes: [write('Patient', 'p', [])], guards: [] })
    t.strictSame(await ids(both, onPatient('p')), ['a'])
    t.strictSame(await ids(both, { kind: 'all' }, EVERYTHING, 'Patient'), ['p'])
  })

  t.test('the restriction narrows find, ids, count, selection, and negations too', async (t) => {
    const both = await open(t)
    const subject = (id: string): IndexEntry => ['reference', 'subject', 'Patient', id]
    const changes = [
      write('Basic', 'a', [token('1'), subject('p')]),
      write('Basic', 'b', [token('1'), subject('q')]),
      write('Basic', 'c', [subject('q')]),
    ]
    await both.store.commit({ changes, guards: [] })
    const restriction: Restriction = { byType: { Basic: onPatient('p') }, others: { kind: 'none' } }
    const { searcher, store } = both
    for (const [where, wanted] of [
      [{ kind: 'all' }, ['a']],
      [code('1'), ['a']],
      [{ kind: 'not', part: code('1') }, []],
      [{ kind: 'id', ids: ['a', 'b', 'c'] }, ['a']],
      [{ kind: 'or', parts: [code('1'), onPatient('q')] }, ['a']],
    ] as [Expression, string[]][]) {
      const search = { type: 'Basic', where, restriction }
      t.strictSame(await ids(both, where, restriction), wanted, JSON.stringify(where))
      t.strictSame(await searcher.ids(search, 9), wanted)
      t.equal(await searcher.count(search), wanted.length)
      const guards = [{ selection: searcher.selection(search), ids: wanted }]
      await store.commit({ changes: [], guards })
    }
    t.strictSame(await ids(both, { kind: 'all' }, restriction, 'Flag'), [], 'types that are not named')
  })

  t.test('pages', async (t) => {
    const both = await open(t)
    await both.store.commit({
      changes: Array.from({ length: 7 }, (_, at) => write('Basic', `b${at}`, [token('1')])),
      guards: [],
    })
    for (const where of [
      code('1'),
      code('1', '2'),
      { kind: 'all' },
      { kind: 'id', ids: Array.from({ length: 9 }, (_, at) => `b${at}`) },
    ] as Expression[]) {
      const seen: string[] = []
      let after: string | undefined
      for (let page = 0; page < 4; page++) {
        const { found, more } = await both.searcher.find({ type: 'Basic', where, restriction: EVERYTHING }, 3, after)
        seen.push(...found.map(({ id }) => id))
        t.equal(more, page < 2)
        if (!more) break
        after = found.at(-1)?.position
      }
      t.strictSame([...new Set(seen)].length, 7)
      t.equal(seen.length, 7)
    }
    const search = { type: 'Basic', where: code('1'), restriction: EVERYTHING }
    t.equal((await both.searcher.ids(search, 3)).length, 3)
    t.match(await both.searcher.find(search, 0), { found: [], more: true })
  })

  t.test('a page ends early where its texts grow too large', async (t) => {
    const both = await open(t)
    const large = 'x'.repeat(11 * 1024 * 1024)
    for (const id of ['a', 'b', 'c', 'd'])
      await both.store.commit({ changes: [write('Basic', id, [token('1')], large)], guards: [] })
    const search = { type: 'Basic', where: code('1'), restriction: EVERYTHING }
    const first = await both.searcher.find(search, 50)
    t.ok(first.more && first.found.length < 4)
    const rest = await both.searcher.find(search, 50, first.found.at(-1)?.position)
    t.equal(first.found.length + rest.found.length, 4)
    t.equal((await both.searcher.ids(search, 50)).length, 4, 'ids come without texts')
    const history = await both.store.history({}, {}, 50)
    t.ok(history.more && history.entries.length < 4)
  })

  t.test('thousands of values', async (t) => {
    const both = await open(t)
    await both.store.commit({
      changes: [
        write('Basic', 'a', [
          token('1'),
          ['string', 'name', 'ab', 'Ab'],
          ['reference', 'subject', 'Patient', 'p'],
          ['uri', 'source', 'urn:x'],
        ]),
      ],
      guards: [],
    })
    const many = Array.from({ length: 5000 }, (_, at) => `v${at}`)
    const expressions: Expression[] = [
      code(...many, '1'),
      { kind: 'token', param: 'code', tests: [...many, '1'].map((value) => ({ system: undefined, code: value })) },
      { kind: 'token', param: 'code', tests: [...many, 'http://x'].map((system) => ({ system, code: undefined })) },
      { kind: 'string', param: 'name', mode: 'starts', texts: [...many, 'a'] },
      { kind: 'string', param: 'name', mode: 'contains', texts: [...many, 'b'] },
      { kind: 'string', param: 'name', mode: 'exact', texts: [...many, 'Ab'] },
      { kind: 'uri', param: 'source', uris: [...many, 'urn:x'] },
      { kind: 'id', ids: [...many, 'a'] },
      {
        kind: 'reference',
        param: 'subject',
        targets: [...many, 'p'].map((id) => ({ type: 'Patient', id })),
        bare: { types: [], ids: [] },
        uris: [],
      },
      {
        kind: 'reference',
        param: 'subject',
        targets: [],
        bare: { types: ['Patient', 'Group'], ids: [...many, 'p'] },
        uris: [],
      },
      {
        kind: 'lastUpdated',
        ranges: [...many.map((_, at) => ({ start: at, end: at + 1 })), { start: 1e12, end: undefined }],
      },
    ]
    for (const where of expressions) {
      t.strictSame(await ids(both, where), ['a'], where.kind)
      t.strictSame(await ids(both, { kind: 'and', parts: [code('1'), where] }), ['a'], `${where.kind} as a condition`)
      t.strictSame(await ids(both, { kind: 'not', part: where }), [], `not ${where.kind}`)
    }
  })
}
