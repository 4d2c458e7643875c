import type { Test } from 'tap'
import { prepareStamp } from '../../resources/json/stamp.ts'
import type { Change, ContainedResource, IndexEntry, WriteChange } from '../../resources/store/port.ts'
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

  t.test('reads what a restriction holds for, as it is now', async (t) => {
    const both = await open(t)
    const { searcher, store } = both
    const commit = (...changes: Change[]) => store.commit({ changes, guards: [] })
    const rows: [where: Expression, seen: string[]][] = [
      [{ kind: 'all' }, ['a', 'b']],
      [{ kind: 'none' }, []],
      [code('1'), ['a']],
      [{ kind: 'not', part: code('1') }, ['b']],
      [{ kind: 'id', ids: ['b', 'gone', 'never'] }, ['b']],
      [{ kind: 'or', parts: [code('1'), { kind: 'id', ids: ['b'] }] }, ['a', 'b']],
      [{ kind: 'or', parts: [] }, []],
      [{ kind: 'has', type: 'Flag', param: 'subject', where: code('1') }, ['b']],
    ]
    const restrictions = rows.map(([where]): Restriction => ({ byType: { Basic: where }, others: { kind: 'none' } }))
    const check = async (words: string) => {
      for (const [at, [where, seen]] of rows.entries()) {
        const read = async (id: string) => (await searcher.read({ type: 'Basic', id }, restrictions[at]!))?.id
        const found = await Promise.all(['a', 'b', 'gone', 'never'].map(read))
        t.strictSame(
          found.filter((id) => id !== undefined),
          seen,
          `${words}: ${JSON.stringify(where)}`,
        )
        t.equal(await searcher.read({ type: 'Flag', id: 'f' }, restrictions[at]!), undefined)
      }
    }
    const refers: IndexEntry = ['reference', 'subject', 'Basic', 'b']
    // Numbers of what is not there yet stand in no statement that is kept.
    t.equal(await searcher.read({ type: 'Basic', id: 'a' }, restrictions[2]!), undefined)
    await commit(
      write('Basic', 'a', [token('1')]),
      write('Basic', 'b', [token('2')]),
      write('Basic', 'gone', [token('1')]),
      write('Flag', 'f', [token('1'), refers]),
    )
    await commit({ kind: 'delete', type: 'Basic', id: 'gone' })
    await check('at first')
    const version = await searcher.read({ type: 'Basic', id: 'a' }, restrictions[0]!)
    t.strictSame(version, await store.read('Basic', 'a'))
    await commit(write('Basic', 'a', [token('2')]), write('Basic', 'b', [token('1')]))
    rows[2]![1] = ['b']
    rows[3]![1] = ['a']
    rows[5]![1] = ['b']
    await check('afterwards')
  })

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

  t.test('what is contained comes and goes with its container, and is found as such alone', async (t) => {
    const both = await open(t)
    const { store, searcher } = both
    const commit = (...changes: Change[]) => store.commit({ changes, guards: [] })
    const holding = (id: string, ...contained: [id: string, code: string][]) => ({
      ...(write('Flag', id, []) as WriteChange),
      contained: contained.map(([one, mark]) => ({ type: 'Basic', id: one, entries: [token(mark)] })),
    })
    const inside = (where: Expression, restriction?: Restriction) => ids(both, where, restriction, '#Basic')
    t.strictSame(await searcher.containers('Basic'), [])
    await commit(write('Basic', 'x', [token('1')]), holding('a', ['x', '1'], ['y', '2']), holding('b', ['x', '1']))
    t.strictSame(await searcher.containers('Basic'), ['Flag'])
    t.strictSame(await ids(both, code('1')), ['x'], 'not among those that stand alone')
    t.equal(await searcher.count({ type: 'Basic', where: { kind: 'all' }, restriction: EVERYTHING }), 1)
    t.strictSame(await inside(code('1')), ['Flag/a#x', 'Flag/b#x'])
    const { found } = await searcher.find({ type: '#Basic', where: code('2'), restriction: EVERYTHING }, 9)
    t.match(found, [{ type: '#Basic', id: 'Flag/a#y' }])
    t.match(await searcher.versions(found), [{ type: 'Flag', id: 'a', version: 1 }], 'the version is its container')
    const contains: Expression = { kind: 'contains', type: 'Basic', where: code('1', '2') }
    t.strictSame(await ids(both, contains, EVERYTHING, 'Flag'), ['a', 'b'])
    t.strictSame(await ids(both, contains), [], 'containers of that type')
    const entries: IndexEntry[] = [token('9')]
    const index = (version: number, ...contained: ContainedResource[]): Change => {
      return { kind: 'index', type: 'Flag', id: 'b', version, entries: [], contained }
    }
    await commit(index(7, { type: 'Basic', id: 'x', entries }))
    t.strictSame(await inside(code('9')), [], 'of a version that is not current')
    await commit(index(1, { type: 'Basic', id: 'x', entries }))
    t.strictSame(await inside(code('1', '9')), ['Flag/a#x', 'Flag/b#x'])
    await commit(holding('a', ['y', '1'], ['z', '3']))
    t.strictSame(await inside({ kind: 'all' }), ['Flag/a#y', 'Flag/a#z', 'Flag/b#x'])
    t.strictSame(await inside(code('2')), [])
    await t.rejects(commit(holding('a', ['w', '1']), { ...(write('Basic', 'x', []) as WriteChange), expect: 'absent' }))
    t.strictSame(await inside(code('1')), ['Flag/a#y'], 'a unit that is refused changes nothing')
    const scanned = (await store.scan(undefined, 99)).map(({ type, id }) => `${type}/${id}`)
    t.strictSame(scanned.sort(), ['Basic/x', 'Flag/a', 'Flag/b'])
    t.equal(await store.countHistory({}, {}), 4)
    await commit({ kind: 'delete', type: 'Flag', id: 'b' }, write('Flag', 'a', []))
    t.strictSame(await inside({ kind: 'all' }), [])
    t.strictSame(await searcher.containers('Basic'), ['Flag'], 'never fewer than before')
    await commit(holding('b', ['x', '4']))
    t.strictSame(await inside(code('4')), ['Flag/b#x'])
  })

  t.test('what is contained is seen where its container is', async (t) => {
    const both = await open(t)
    const subject = (id: string): IndexEntry[] => [['reference', 'subject', 'Patient', id], token('1')]
    const contained = [{ type: 'Basic', id: 'x', entries: [token('1')] }]
    const changes = [
      { ...(write('Flag', 'a', subject('p')) as WriteChange), contained },
      { ...(write('Flag', 'b', subject('q')) as WriteChange), contained },
      { ...(write('List', 'c', []) as WriteChange), contained },
    ]
    await both.store.commit({ changes, guards: [] })
    const [NONE, ALL] = [{ kind: 'none' }, { kind: 'all' }] as const
    for (const [byType, others, ...wanted] of [
      [{}, ALL, 'Flag/a#x', 'Flag/b#x', 'List/c#x'],
      [{}, NONE],
      [{ Basic: ALL }, NONE],
      [{ '#Basic': ALL }, NONE],
      [{ Flag: onPatient('p') }, NONE, 'Flag/a#x'],
      [{ Flag: onPatient('p') }, ALL, 'Flag/a#x', 'List/c#x'],
      [{ Flag: onPatient('p'), Basic: NONE }, ALL, 'Flag/a#x', 'List/c#x'],
      [{ Flag: NONE, Basic: ALL }, ALL, 'List/c#x'],
      [{ List: ALL }, NONE, 'List/c#x'],
      [{}, { kind: 'not', part: onPatient('p') }, 'Flag/b#x', 'List/c#x'],
    ] as [Restriction['byType'], Expression, ...string[]][]) {
      const restriction = { byType, others }
      const words = JSON.stringify(restriction)
      for (const where of [ALL, code('1'), { kind: 'not', part: code('2') }] as const) {
        t.strictSame(await ids(both, where, restriction, '#Basic'), wanted, words)
        t.equal(await both.searcher.count({ type: '#Basic', where, restriction }), wanted.length, words)
        const outside: Expression = { kind: 'contains', type: 'Basic', where }
        const flags = wanted.filter((id) => id.startsWith('Flag')).map((id) => id.slice(5, 6))
        t.strictSame(await ids(both, outside, restriction, 'Flag'), flags, `containers: ${words}`)
      }
    }
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

  t.test('what two criteria have in common, wherever it lies among what each has', async (t) => {
    const both = await open(t)
    const [of, has] = ['subject', 'code'].map(
      (param) =>
        (at: number): IndexEntry => ['token', param, '', `${at}`],
    )
    // Each of three resources meets neither, one of both, or both.
    const cases = Array.from({ length: 64 }, (_, at) => [at & 3, (at >> 2) & 3, at >> 4])
    const changes = cases.flatMap((bits, at) =>
      bits.map((met, place) => {
        const entries = [...(met & 1 ? [of!(at)] : []), ...(met & 2 ? [has!(at)] : [])]
        return write('Basic', `${at}-${place}`, entries)
      }),
    )
    await both.store.commit({ changes, guards: [] })
    const test = (param: string, at: number): Expression => {
      return { kind: 'token', param, tests: [{ system: '', code: `${at}` }] }
    }
    for (const [at, bits] of cases.entries()) {
      const where: Expression = { kind: 'and', parts: [test('subject', at), test('code', at)] }
      const wanted = bits.flatMap((met, place) => (met === 3 ? [`${at}-${place}`] : []))
      t.strictSame(await ids(both, where), wanted, bits.join())
      const found = await both.searcher.ids({ type: 'Basic', where, restriction: EVERYTHING }, 9)
      t.strictSame(found.sort(), wanted, 'ids alone')
      t.equal(await both.searcher.count({ type: 'Basic', where, restriction: EVERYTHING }), wanted.length)
    }
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
