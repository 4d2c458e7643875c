import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { monthDue, noteArchived, recordsOfMonth } from '../../../auth/audit/archive.ts'
import { droppedMonths } from '../../../auth/audit/dropped.ts'
import { makeHeads } from '../../../auth/audit/heads.ts'
import { keptHeads } from '../../../auth/audit/kept-heads.ts'
import { verifyStore } from '../../../auth/audit/proof.ts'
import { verifyArchive } from '../../../auth/audit/verify-archive.ts'
import { signingKeys } from '../../../auth/smart/keys.ts'
import type { ChainedRecord } from '../../../resources/store/audit.ts'
import { PLAIN } from './deeds.ts'
import { PlainKeeper } from './plain-keeper.ts'

const DAY = 86_400_000
const START = Date.UTC(2020, 0, 28)

async function result<T>(run: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await run.next()
    if (done) return value
  }
}

/** Archives into memory, and drops. */
async function archive(store: PlainKeeper, month: string, archives: Map<string, ChainedRecord[]>): Promise<void> {
  const run = recordsOfMonth(store, month)
  const records: ChainedRecord[] = []
  for (;;) {
    const { done, value } = await run.next()
    if (!done) {
      records.push(structuredClone(value))
      continue
    }
    const note = { month, archived: '', file: month, sha256: '', records: records.length, chains: value }
    await noteArchived(store, note)
    break
  }
  archives.set(month, records)
  await store.audit.drop(month)
}

/** What happens, in this order: records of a chain, some hours after the last; heads; a month that is archived, where one is due. */
const happening = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ chain: fc.constantFrom('a', 'b', 'c'), hours: fc.nat(60) }) },
    { weight: 2, arbitrary: fc.constant('heads' as const) },
    { weight: 1, arbitrary: fc.constant('archive' as const) },
  ),
  { maxLength: 120, minLength: 20 },
)

t.test('whatever comes when, log and archives are whole, and together all there is', async (t) => {
  const seen = { months: 0, heads: 0 }
  const keeper = new PlainKeeper()
  const keys = await signingKeys(keeper)
  t.equal(keys.length, 2)
  const kept = await keeper.state.list('key', undefined, 9)
  await fc.assert(
    fc.asyncProperty(happening, async (events) => {
      const store = new PlainKeeper()
      await store.commit({
        changes: [],
        guards: [],
        state: kept.map(({ key, value }) => ({ kind: 'put' as const, of: 'key', key, value })),
      })
      const archives = new Map<string, ChainedRecord[]>()
      const clocks: Record<string, number> = { a: START, b: START, c: START }
      let written = 0
      for (const event of events) {
        const now = Math.max(...Object.values(clocks))
        if (typeof event === 'object') {
          // Clocks of processes differ, and never go back.
          clocks[event.chain]! += event.hours * 3_600_000
          store.audit.add(
            { ...PLAIN, at: clocks[event.chain]!, request: `r${++written}` },
            clocks[event.chain],
            event.chain,
          )
        } else if (event === 'heads') seen.heads += (await makeHeads(store, now)).length
        else {
          const [first] = await store.audit.months()
          if (first === undefined || now < Date.parse(`${first}-01`) + 40 * DAY) continue
          // A month is over for all when it is archived, years later.
          for (const chain of Object.keys(clocks)) clocks[chain] = Math.max(clocks[chain]!, now)
          await makeHeads(store, now + 40 * DAY)
          await archive(store, first, archives)
        }
      }
      seen.months += archives.size
      const verdict = await result(verifyStore(store))
      assert.equal(verdict.whole, true, verdict.fault?.told ?? '')
      const read = async function* ({ month }: { month: string }) {
        yield* archives.get(month)!
      }
      const old = await result(verifyArchive(droppedMonths(store), keptHeads(store), read))
      assert.equal(old.whole, true, old.fault?.told ?? '')
      assert.equal(old.records + verdict.records, written)
    }),
    { numRuns: 40, seed: 8 },
  )
  t.ok(seen.months > 8 && seen.heads > 40, JSON.stringify(seen))
})

async function archived() {
  const store = new PlainKeeper()
  for (let at = 0; at < 90; at++) store.audit.add({ ...PLAIN, at: START + at * DAY, request: `r${at}` })
  await makeHeads(store, START + 100 * DAY)
  const archives = new Map<string, ChainedRecord[]>()
  for (const month of ['2020-01', '2020-02']) await archive(store, month, archives)
  const verify = () =>
    result(
      verifyArchive(droppedMonths(store), keptHeads(store), async function* ({ month }) {
        yield* archives.get(month) ?? []
      }),
    )
  return { store, archives, verify }
}

t.test('an archive that was tampered with is found out', async (t) => {
  const { store, archives, verify } = await archived()
  t.match(await verify(), { whole: true, records: 33, heads: 33 })
  t.match(await result(verifyStore(store)), { whole: true, records: 57 })
  const records = archives.get('2020-02')!
  const [first, second, third, ...rest] = records
  const tampered: [string, ChainedRecord[], object][] = [
    [
      'edited',
      [{ ...first!, text: first!.text.replace('"r', '"x') }, second!, third!, ...rest],
      { kind: 'changed', number: first!.number },
    ],
    ['one lacking', [first!, third!, ...rest], { kind: 'missing', number: second!.number }],
    ['the last lacking', records.slice(0, -1), { kind: 'truncated' }],
    ['swapped', [second!, first!, third!, ...rest], { kind: 'missing' }],
    ['empty', [], { kind: 'truncated' }],
  ]
  for (const [name, other, fault] of tampered) {
    archives.set('2020-02', other)
    t.match(await verify(), { whole: false, fault }, name)
  }
})

t.test('what was dropped without being archived is missed', async (t) => {
  const { store } = await archived()
  await store.audit.drop('2020-03')
  t.match(await result(verifyStore(store)), { whole: false, fault: { kind: 'missing', number: 34 } })
})

t.test('that a month was archived takes a signature', async (t) => {
  const { store } = await archived()
  const [entry] = await store.state.list('audit-archived', undefined, 1)
  const { jws } = entry!.value as { jws: string }
  await store.commit({
    changes: [],
    guards: [],
    state: [{ kind: 'put', of: 'audit-archived', key: '2020-03', value: { jws } }],
  })
  t.match(await result(verifyStore(store)), { whole: false, fault: { told: /2020-03 .* not signed/ } })
})

t.test('only what is covered by signed heads is archived', async (t) => {
  const store = new PlainKeeper()
  for (let at = 0; at < 5; at++) store.audit.add({ ...PLAIN, at: START + at * DAY })
  await t.rejects(result(recordsOfMonth(store, '2020-01')), { name: 'NotCovered' })
  await makeHeads(store, START + 3 * DAY)
  await t.rejects(result(recordsOfMonth(store, '2020-01')), { name: 'NotCovered' })
  await makeHeads(store, START + 9 * DAY)
  t.match(await result(recordsOfMonth(store, '2020-01')), [{ chain: 'a', first: 1, last: 4 }])
})

t.test('a month is due when all of it is old enough', async (t) => {
  const store = new PlainKeeper()
  t.equal(await monthDue(store, 6, START), undefined)
  store.audit.add({ ...PLAIN, at: START })
  t.equal(await monthDue(store, 6, Date.UTC(2026, 0, 31, 23)), undefined)
  t.equal(await monthDue(store, 6, Date.UTC(2026, 1, 1)), '2020-01')
})
