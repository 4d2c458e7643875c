import type { Test } from 'tap'
import type { AuditEntry, AuditQuery, AuditRecord, ChainedRecord } from '../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import type { Store, Unit } from '../../resources/store/port.ts'
import { write } from './store.ts'

/** A store of which the audit log is tested. */
export interface Audited {
  store: Store
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

/** What the audit log of every store must do. `open` gives a new, empty one each time. */
export function auditContract(t: Test, openStore: (t: Test) => Promise<Audited>): void {
  const open = async (t: Test) => {
    const { store } = await openStore(t)
    const append = (...entries: AuditEntry[]) => store.commit(unit(...entries))
    const find = async (query: Partial<AuditQuery> = {}, count = 1_000) =>
      names(await store.audit.find({ keys: [], ...query }, count))
    return { store, audit: store.audit, append, find }
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
}

/** Reads all chains and finds them whole: numbers without gaps, hashes that follow on each other, heads that fit. */
export async function wholeChains(t: Test, { audit }: Store, count: number): Promise<ChainedRecord[]> {
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
