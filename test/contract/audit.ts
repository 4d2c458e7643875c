import fc from 'fast-check'
import type { Test } from 'tap'
import type { AuditEntry, AuditLog, AuditQuery, AuditRecord, ChainedRecord } from '../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import type { Store, Unit } from '../../resources/store/port.ts'
import { write } from './store.ts'

/** Opens the store of one place, again and again. */
export type Place = () => Promise<Store>

/** A log, and what writes to it. */
export interface Appending {
  audit: AuditLog
  append(...entries: AuditEntry[]): Promise<unknown>
}

/** A record to be written, of a text made of a name. */
export const entry = (name: string, keys: readonly string[] = [], rest: Partial<AuditEntry> = {}): AuditEntry => ({
  text: JSON.stringify({ name }),
  keys,
  tally: 'read',
  ...rest,
})

const unit = (...audit: AuditEntry[]): Unit => ({ changes: [], guards: [], audit })

const names = (records: readonly AuditRecord[]) =>
  records.map(({ text }) => (JSON.parse(text) as { name: string }).name)

/** What the audit log of every store must do. `placeOf` gives a new, empty place each time. */
export function auditContract(t: Test, placeOf: (t: Test) => Promise<Place>): void {
  const open = async (t: Test) => {
    const place = await placeOf(t)
    const stores = new Set<Store>()
    t.teardown(() => Promise.all([...stores].map((store) => store.close())))
    const reopen = async (before?: Store) => {
      if (before) stores.delete(before)
      await before?.close()
      const store = await place()
      stores.add(store)
      return store
    }
    const store = await reopen()
    const append = (...entries: AuditEntry[]) => store.commit(unit(...entries))
    const find = async (query: Partial<AuditQuery> = {}, count = 1_000) =>
      names(await store.audit.find({ keys: [], ...query }, count))
    return { store, audit: store.audit, append, find, reopen }
  }

  t.test('audit: an empty log', async (t) => {
    const { audit, find } = await open(t)
    t.strictSame([await find(), await find({ keys: [['p 1']] })], [[], []])
    t.strictSame([await audit.chains(), await audit.months()], [[], []])
    t.strictSame(await audit.chain('none', 0, 9), [])
    for (const key of ['', '0', 'x'.repeat(40), '00000000001', '~']) t.equal(await audit.read(key), undefined)
    t.strictSame(await Array.fromAsync(audit.tallies('2000-01-01', '2100-01-01')), [])
  })

  t.test('audit: a record is read as it was written', async (t) => {
    const { store, audit, append } = await open(t)
    const before = Date.now()
    const text = JSON.stringify({ name: 'ä𝒳\u0000\n"\\', deep: [[[1]]], long: 'x'.repeat(200_000) })
    t.strictSame(await append({ text, keys: ['p 1', 'a x', 'ключ'], tally: 'read' }), [])
    const [found] = await audit.find({ keys: [] }, 9)
    t.equal(found?.text, text)
    t.ok(found!.recorded >= before && found!.recorded <= Date.now() + 1)
    t.match(found, { outcomes: [], number: 1, hash: /^[0-9a-f]{64}$/, key: /^[0-9A-Za-z-]{1,40}$/ })
    t.strictSame(await audit.read(found!.key), found)
    await append(entry('second'))
    t.strictSame(await audit.read(found!.key), found)
    t.equal((await audit.find({ keys: [] }, 9)).length, 2)
    t.ok(store.ready())
  })

  t.test('audit: with changes all or nothing', async (t) => {
    const { store, find, audit } = await open(t)
    const of = (name: string, expect?: 'absent'): Unit => ({
      changes: [write('x', 'a', expect)],
      guards: [],
      audit: [entry(name, [], { changes: [0] })],
    })
    await store.commit(of('first', 'absent'))
    const refused = { name: 'CommitRefused', reason: 'expectation' }
    await t.rejects(store.commit(of('second', 'absent')), refused)
    t.strictSame(await find(), ['first'])
    await store.commit(of('third'))
    t.strictSame(await find(), ['first', 'third'])
    await store.commit({ ...of('fourth'), onceKey: 'k' })
    await t.rejects(store.commit({ ...of('fifth'), onceKey: 'k' }), { name: 'CommitRefused', reason: 'repeated' })
    await t.rejects(store.commit({ ...of('sixth'), audit: [entry('sixth', [], { changes: [1] })] }))
    t.strictSame(await find(), ['first', 'third', 'fourth'])
    t.match(await store.read('Basic', 'x'), { version: 3 })
    await wholeChains(t, store, 3)
    const outcomes = (await audit.find({ keys: [] }, 9)).map((record) => record.outcomes)
    t.strictSame(outcomes, [
      [{ version: 1, created: true }],
      [{ version: 2, created: false }],
      [{ version: 3, created: false }],
    ])
  })

  t.test('audit: many records of one unit stand in its order', async (t) => {
    const { store, append, find } = await open(t)
    const many = Array.from({ length: 500 }, (_, at) => `n${at}`)
    await append(...many.map((name) => entry(name, [`p ${name}`, 'a x'])))
    t.strictSame(await find(), many)
    t.strictSame(await find({ descending: true }), many.toReversed())
    t.strictSame(await find({ keys: [['a x']] }, 7), many.slice(0, 7))
    t.strictSame(await find({ keys: [['a x'], ['p n7', 'p n5', 'p none']] }), ['n5', 'n7'])
    await wholeChains(t, store, 500)
  })

  t.test('audit: commits at once, with refusals among them', async (t) => {
    const { store, find } = await open(t)
    const of = (at: number): Unit => {
      const audit = [entry(`n${at}`, ['a x', `e Basic/x${at}`], { changes: [0] }), entry(`m${at}`, [`r ${at}`])]
      if (at % 3 === 0) return { changes: [write(`x${at}`)], guards: [], audit }
      if (at % 3 === 1) return { changes: [write('same', 'a', 'absent')], guards: [], audit }
      return unit(entry(`n${at}`, ['a x']), entry(`m${at}`, [`r ${at}`]))
    }
    const results = await Promise.allSettled(Array.from({ length: 150 }, (_, at) => store.commit(of(at))))
    const kept = results.flatMap(({ status }, at) => (status === 'fulfilled' ? [`n${at}`, `m${at}`] : []))
    t.equal(kept.length, 202, 'of those who put what must be absent, one did')
    t.strictSame((await find()).sort(), kept.toSorted())
    const all = await wholeChains(t, store, 202)
    for (const record of all) if (record.text.includes('"m')) t.equal(record.indexed.length, 1)
    const [first] = await find({ keys: [['r 0']] })
    t.equal(first, 'm0')
  })

  t.test('audit: keys and names stand in the order of time', async (t) => {
    const { audit, append, find } = await open(t)
    for (let n = 0; n < 30; n++) await append(entry(`n${n}`), entry(`m${n}`))
    const all = await audit.find({ keys: [] }, 99)
    t.strictSame(
      all.map(({ key }) => key),
      all.map(({ key }) => key).toSorted(),
    )
    t.equal(new Set(all.map(({ key }) => key)).size, 60)
    for (const [at, { key, recorded }] of all.entries()) {
      if (at > 0 && recorded < all[at - 1]!.recorded) t.fail(`record ${at} is earlier than the one before it`)
      t.strictSame(await audit.read(key), all[at])
      t.strictSame(names(await audit.find({ keys: [], after: key }, 2)), names(all.slice(at + 1, at + 3)))
      const behind = await audit.find({ keys: [], after: key, descending: true }, 2)
      t.strictSame(names(behind), names(all.slice(Math.max(0, at - 2), at).toReversed()))
    }
    t.strictSame(await find({ after: '~' }), [])
    t.equal((await find({ after: '~', descending: true })).length, 60)
    t.equal((await find({ after: '' })).length, 60)
    t.strictSame(await find({ after: '', descending: true }), [])
    t.strictSame(await find({}, 0), [])
  })

  t.test('audit: found by keys and time as a plain list is', async (t) => {
    const { append, audit } = await open(t)
    await findsAsAList(t, { audit, append })
  })

  t.test('audit: hostile keys and many of them', async (t) => {
    const { store, append, find } = await open(t)
    const odd = [
      '',
      ' ',
      "'; DROP TABLE audit_chain; --",
      '\u0000',
      '$where',
      'p 1',
      'p\u00a01',
      'ä',
      'a\u0308',
      'x'.repeat(9_000),
    ]
    for (const [at, key] of odd.entries()) await append(entry(`n${at}`, [key]))
    for (const [at, key] of odd.entries()) t.strictSame(await find({ keys: [[key]] }), [`n${at}`])
    const many = Array.from({ length: 2_000 }, (_, at) => `p ${at}`)
    await append(entry('many', many))
    for (const at of [0, 2, 999, 1_999]) t.strictSame(await find({ keys: [[`p ${at}`]] }, 9), ['many'])
    t.strictSame(await find({ keys: [many, ['p 77']] }), ['many'])
    t.strictSame(await find({ keys: [[]] }), [], 'an empty list finds nothing')
    t.strictSame(await find({ keys: [['ä'], []] }), [])
    const all = await wholeChains(t, store, odd.length + 1)
    t.ok(isIndexedBy(all.at(-1)!, many))
  })

  t.test('audit: is counted by day and tally', async (t) => {
    const { audit, append } = await open(t)
    const tallies = ['read', 'ä', "it's", '', 'read|Practitioner/1']
    for (let n = 0; n < 40; n++) await append(entry(`n${n}`, ['k'], { tally: tallies[n % tallies.length]! }))
    await append(...Array.from({ length: 2_500 }, (_, n) => entry(`m${n}`, ['k'], { tally: 'many' })))
    const days = (await audit.find({ keys: [] }, 9_999)).map(({ recorded }) =>
      new Date(recorded).toISOString().slice(0, 10),
    )
    const [first, last] = [days[0]!, days.at(-1)!]
    const counted = await Array.fromAsync(audit.tallies(first, last))
    const sums: Record<string, number> = {}
    for (const { day, tally, count } of counted) {
      if (day < first || day > last) t.fail(`a tally of ${day}`)
      sums[tally] = (sums[tally] ?? 0) + count
    }
    t.strictSame(sums, { ...Object.fromEntries(tallies.map((tally) => [tally, 8])), many: 2_500 })
    t.equal(new Set(counted.map(({ day, tally }) => `${day} ${tally}`)).size, counted.length, 'each day and tally once')
    t.strictSame(await Array.fromAsync(audit.tallies('2000-01-01', '2000-12-31')), [])
    t.strictSame(await Array.fromAsync(audit.tallies('2100-01-01', '2100-01-02')), [])
  })

  t.test('audit: a month goes, the chains keep their heads', async (t) => {
    const { store, audit, append, find, reopen } = await open(t)
    await append(...Array.from({ length: 1_500 }, (_, n) => entry(`n${n}`, ['a x'])))
    const [old] = await audit.find({ keys: [] }, 1)
    const heads = await audit.chains()
    const months = await audit.months()
    t.ok(months.length === 1 || months.length === 2)
    t.equal(months[0], new Date(old!.recorded).toISOString().slice(0, 7))
    await t.rejects(audit.drop("2026-1'"))
    await audit.drop('2001-01')
    t.equal((await find({}, 2_000)).length, 1_500)
    for (const month of months) await audit.drop(month)
    t.strictSame([await audit.months(), await find(), await find({ keys: [['a x']] })], [[], [], []])
    t.equal(await audit.read(old!.key), undefined)
    t.strictSame(await Array.fromAsync(audit.tallies('2000-01-01', '2100-01-01')), [])
    t.strictSame(await audit.chains(), heads)
    await append(entry('next', ['a x']))
    t.strictSame([await find(), await find({ keys: [['a x']] })], [['next'], ['next']])
    const again = await reopen(store)
    await again.commit(unit(entry('last', ['a x'])))
    t.strictSame(names(await again.audit.find({ keys: [['a x']] }, 9)), ['next', 'last'])
    for (const { chain, number } of await again.audit.chains()) {
      const before = heads.find((head) => head.chain === chain) ?? { number: 0, hash: NO_HASH }
      let { hash } = before
      for (const record of await again.audit.chain(chain, before.number, 9)) {
        if (record.hash !== recordHash(hash, record)) t.fail(`record ${record.number} of ${chain} has another hash`)
        hash = record.hash
      }
      t.ok(number >= before.number)
    }
  })

  t.test('audit: a chain is read from any number on', async (t) => {
    const { audit, append } = await open(t)
    for (let n = 0; n < 5; n++) await append(...Array.from({ length: 300 }, (_, at) => entry(`n${n * 300 + at}`)))
    for (const { chain, number } of await audit.chains()) {
      for (const after of [0, 1, 299, 300, number - 1]) {
        const page = await audit.chain(chain, after, 100)
        const wanted = Array.from({ length: Math.min(100, Math.max(0, number - after)) }, (_, at) => after + at + 1)
        t.strictSame(
          page.map((record) => record.number),
          wanted,
        )
      }
      t.strictSame(await audit.chain(chain, number, 9), [])
    }
    t.strictSame(await audit.chain("x' OR 1", 0, 9), [])
  })

  t.test('audit: goes on after the store was closed', async (t) => {
    const { store, reopen } = await open(t)
    let current = store
    for (let n = 0; n < 3; n++) {
      await current.commit(unit(entry(`a${n}`, ['a x']), entry(`b${n}`, ['a x', `r ${n}`])))
      current = await reopen(current)
    }
    const { audit } = current
    t.strictSame(names(await audit.find({ keys: [['a x']] }, 99)), ['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
    t.strictSame(names(await audit.find({ keys: [['r 1']] }, 99)), ['b1'])
    await wholeChains(t, current, 6)
  })
}

/** Compares what is found by random queries with what a plain list has of them; the log must be empty. */
export async function findsAsAList(t: Test, { audit, append }: Appending): Promise<void> {
  const keys = ['p 1', 'p 2', 'p 3', 'a x', 'a y', 'c z']
  const some = fc.subarray(keys)
  const records = fc.sample(some, { numRuns: 600, seed: 8 })
  for (let at = 0; at < records.length; at += 5) {
    await append(...records.slice(at, at + 5).map((own, place) => entry(`${at + place}`, own)))
  }
  const all = (await audit.find({ keys: [] }, 9_999)).map((record) => {
    return { ...record, keys: records[Number((JSON.parse(record.text) as { name: string }).name)]! }
  })
  t.equal(all.length, records.length)
  const place = fc.integer({ min: -1, max: all.length })
  const query = fc.record(
    {
      keys: fc.array(fc.subarray([...keys, 'p none']), { maxLength: 3 }),
      from: place.map((at) => (all[at]?.recorded ?? all[0]!.recorded) - (at < 0 ? 1 : 0)),
      to: place.map((at) => (all[at]?.recorded ?? all.at(-1)!.recorded) + (at < 0 ? -1 : 1)),
      descending: fc.boolean(),
      after: place.map((at) => all[at]?.key ?? (at < 0 ? '' : '~')),
    },
    { requiredKeys: ['keys'] },
  )
  const property = fc.asyncProperty(query, fc.integer({ min: 0, max: 40 }), async (query, count) => {
    const { from = 0, to = Number.MAX_SAFE_INTEGER, descending = false, after } = query
    const fits = all.filter(
      (record) =>
        query.keys.every((list) => list.some((key) => record.keys.includes(key))) &&
        record.recorded >= from &&
        record.recorded < to &&
        (after === undefined || (descending ? record.key < after : record.key > after)),
    )
    const wanted = (descending ? fits.toReversed() : fits).slice(0, count)
    t.strictSame(names(await audit.find(query, count)), names(wanted))
  })
  await fc.assert(property, { numRuns: 300, seed: 8 })
}

/** Reads all chains and finds them whole: numbers without gaps, hashes that follow on each other, heads that fit. */
export async function wholeChains(t: Test, { audit }: Pick<Store, 'audit'>, count: number): Promise<ChainedRecord[]> {
  const all: ChainedRecord[] = []
  for (const head of await audit.chains()) {
    let before = NO_HASH
    let number = 0
    let recorded = 0
    for (;;) {
      const page = await audit.chain(head.chain, number, 300)
      if (page.length === 0) break
      for (const record of page) {
        if (record.number !== ++number) t.fail(`record ${record.number} stands at ${number} in ${head.chain}`)
        if (record.hash !== recordHash(before, record)) t.fail(`record ${number} of ${head.chain} has another hash`)
        if (record.recorded < recorded) t.fail(`record ${number} is earlier than the one before it`)
        recorded = record.recorded
        before = record.hash
      }
      all.push(...page)
    }
    t.strictSame({ number, hash: before }, { number: head.number, hash: head.hash })
  }
  t.equal(all.length, count, `${count} records in all chains`)
  return all
}

/** Whether the keys of a record are these, as far as fingerprints tell. */
export function isIndexedBy(record: ChainedRecord, keys: readonly string[]): boolean {
  return JSON.stringify(record.indexed) === JSON.stringify(fingerprints(keys))
}
