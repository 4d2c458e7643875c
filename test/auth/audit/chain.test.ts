import t, { type Test } from 'tap'
import { type Verdict, verifyLog } from '../../../auth/audit/chain.ts'
import { encodeDeed } from '../../../auth/audit/codec.ts'
import { droppedPoints } from '../../../auth/audit/dropped.ts'
import type { FaultKind } from '../../../auth/audit/fault.ts'
import type { SignedHead } from '../../../auth/audit/head.ts'
import { headUpTo, makeHeads } from '../../../auth/audit/heads.ts'
import { auditKeys, keptHeads, linked } from '../../../auth/audit/kept-heads.ts'
import { MerkleRoot } from '../../../auth/audit/merkle.ts'
import { rotateKeys } from '../../../auth/smart/keys.ts'
import type { AuditRecord, ChainedRecord } from '../../../resources/store/audit.ts'
import { NO_HASH, recordHash } from '../../../resources/store/audit-hash.ts'
import { monthOf } from '../../../resources/store/audit-key.ts'
import type { Change, Store } from '../../../resources/store/port.ts'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { write } from '../../contract/store.ts'
import { type Tampering, tamper } from '../../support/audit-tampering.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO, placeOf } from '../../support/place.ts'
import { PLAIN } from './deeds.ts'

t.setTimeout(400_000)

const DAY = 86_400_000
/** On the embedded store more than are indexed at once. */
const MANY = ON_MONGO ? 130 : 600

async function open(folder: string): Promise<Store> {
  const { store } = await openStore(readConfig({ ...(await placeOf(folder)), DEMO: 'off' }))
  return store
}

async function append(store: Store, count: number, from = 0): Promise<void> {
  for (let at = from; at < from + count; at += 60) {
    const some = Array.from({ length: Math.min(60, from + count - at) }, (_, n) => at + n + 1)
    const changes: Change[] = [write(`b${at}`)]
    const audit = some.flatMap((n) =>
      encodeDeed(
        {
          ...PLAIN,
          code: 'update',
          action: 'U',
          request: `r${n}`,
          parts: [{ type: 'Basic', id: `b${at}`, written: true, patients: [`p${n}`] }],
        },
        [0],
      ),
    )
    await store.commit({ changes, guards: [], audit })
  }
}

async function verify(
  store: Store,
  heads: AsyncIterable<SignedHead> | SignedHead[] = keptHeads(store),
): Promise<Verdict> {
  const run = verifyLog(store.audit, { heads, dropped: await droppedPoints(store) })
  for (;;) {
    const { done, value } = await run.next()
    if (done) return value
  }
}

/** Another day, far enough on for the head of this one. */
const later = (days = 2) => Date.now() + days * DAY

interface Case {
  name: string
  kind: FaultKind
  number: number
  /** Whether the signed head is there, or the log alone. */
  headed?: boolean
  work(with_: Tampering, records: readonly ChainedRecord[]): Promise<void>
}

const forged = (record: AuditRecord) => record.text.replace('"r', '"x')

/** The whole log written anew from a record on, as it would have been without that. */
async function rewrite(with_: Tampering, records: readonly ChainedRecord[], from: number): Promise<void> {
  let before = records[from - 2]?.hash ?? NO_HASH
  for (const record of records.slice(from - 1)) {
    const text = forged(record)
    before = recordHash(before, { ...record, text })
    await with_.change(record.number, { text, hash: before })
  }
  await with_.end(records.length, before)
}

const CASES: readonly Case[] = [
  {
    name: 'a text is edited',
    kind: 'changed',
    number: 7,
    work: (with_, records) => with_.change(7, { text: forged(records[6]!) }),
  },
  { name: 'an outcome is edited', kind: 'changed', number: 8, work: (with_) => with_.change(8, { outcome: 9 }) },
  { name: 'a hash is edited', kind: 'changed', number: 9, work: (with_) => with_.change(9, { hash: NO_HASH }) },
  { name: 'a record in the middle is deleted', kind: 'missing', number: 99, work: (with_) => with_.remove(99) },
  { name: 'the first is deleted', kind: 'missing', number: 1, work: (with_) => with_.remove(1) },
  { name: 'the last is deleted', kind: 'truncated', number: MANY, work: (with_) => with_.remove(MANY) },
  {
    name: 'the last is deleted, and the end of the chain told so',
    kind: 'truncated',
    number: MANY,
    headed: true,
    async work(with_, records) {
      await with_.remove(MANY)
      await with_.end(MANY - 1, records[MANY - 2]!.hash)
    },
  },
  {
    name: 'all are deleted',
    kind: 'truncated',
    number: 1,
    work: (with_, records) => with_.remove(...records.map(({ number }) => number)),
  },
  {
    name: 'two are swapped',
    kind: 'reordered',
    number: 11,
    async work(with_) {
      await with_.change(11, { number: 9_999 })
      await with_.change(13, { number: 11 })
      await with_.change(9_999, { number: 13 })
    },
  },
  {
    name: 'the texts of two are swapped',
    kind: 'changed',
    number: 11,
    async work(with_, records) {
      await with_.change(11, { text: records[12]!.text })
      await with_.change(13, { text: records[10]!.text })
    },
  },
  { name: 'one is renumbered', kind: 'missing', number: 21, work: (with_) => with_.change(21, { number: 9_999 }) },
  { name: 'one is not to be found', kind: 'index', number: 31, work: (with_) => with_.unindex(31) },
  {
    name: 'all is written anew from one on',
    kind: 'head',
    number: MANY,
    headed: true,
    work: (with_, records) => rewrite(with_, records, 41),
  },
]

async function logOf(t: Test) {
  const folder = storeFolder(t)
  const store = await open(folder)
  await append(store, MANY)
  return { folder, store }
}

for (const { name, kind, number, headed = false, work } of CASES) {
  t.test(`names the place where ${name}`, async (t) => {
    const { folder, store } = await logOf(t)
    const [{ chain } = { chain: '' }, ...others] = await store.audit.chains()
    t.strictSame(others, [])
    t.match(await verify(store), { whole: true, records: MANY, chains: 1, heads: 0 })
    if (headed) t.equal((await makeHeads(store, later())).length, 1)
    const records = await store.audit.chain(chain, 0, MANY)
    await store.close()
    await tamper(folder, monthOf(Date.now()), (with_) => work(with_, records))
    const again = await open(folder)
    const verdict = await verify(again)
    t.match(verdict, { whole: false, fault: { kind, chain, number } }, verdict.fault?.told ?? '')
    if (['changed', 'index', 'reordered'].includes(kind)) t.match(verdict.fault?.key, /^[0-9a-z]+-/)
    await again.close()
  })
}

t.test(
  'a log that is written anew, with all that proves it, does not fit a head that was kept elsewhere',
  async (t) => {
    const { folder, store } = await logOf(t)
    const [{ chain } = { chain: '' }] = await store.audit.chains()
    const kept = [await headUpTo(store, Date.now())]
    t.match(await verify(store, kept), { whole: true, heads: 1, until: kept[0]!.head.until! })
    const records = await store.audit.chain(chain, 0, MANY)
    await store.close()
    await tamper(folder, monthOf(Date.now()), (with_) => rewrite(with_, records, 1))
    const again = await open(folder)
    t.match(await verify(again), { whole: true }, 'the log alone does not show it')
    await makeHeads(again, later())
    t.match(await verify(again), { whole: true, heads: 1 }, 'nor do heads that were made of it')
    t.match(await verify(again, kept), { whole: false, fault: { kind: 'head', chain, number: MANY } })
    await again.close()
  },
)

t.test('heads follow each other, whatever comes late, and when keys are rotated', async (t) => {
  const { store } = await logOf(t)
  t.strictSame(await makeHeads(store, Date.now()), [], 'none before the day is over')
  t.equal((await makeHeads(store, later())).length, 1)
  t.strictSame(await makeHeads(store, later()), [], 'one of a day')
  await append(store, 60, MANY)
  await rotateKeys(store, true)
  const [second, ...more] = await makeHeads(store, later(3))
  t.strictSame(more, [])
  t.match(second!.head, { records: 60, chains: [{ first: MANY + 1, last: MANY + 60 }] })
  await append(store, 5, MANY + 60)
  t.match(await verify(store), { whole: true, records: MANY + 65, heads: 2, until: second!.head.day })
  const asked = await headUpTo(store, later(4))
  t.match(asked.head, { records: 5 })
  const all = await Array.fromAsync(keptHeads(store))
  const texts = [...all, asked].map(({ jws }) => jws)
  const keys = await auditKeys(store)
  t.equal((await Array.fromAsync(linked(texts, keys))).length, 3, 'one that was asked for goes on with them')
  await t.rejects(Array.fromAsync(linked(texts.slice(1), keys)), { message: /does not follow/ }, 'the first is missing')
  await t.rejects(Array.fromAsync(linked([texts[0]!, texts[2]!], keys)), { message: /does not follow/ }, 'one between')
  const [header, payload, signature] = texts[1]!.split('.')
  const other = Buffer.from(JSON.stringify({ ...second!.head, records: 61 })).toString('base64url')
  t.ok(payload)
  await t.rejects(
    Array.fromAsync(linked([texts[0]!, `${header}.${other}.${signature}`], keys)),
    { message: /is not signed/ },
    'forged',
  )
  await store.close()
})

t.test('a head that was removed from the store is missed by the next', async (t) => {
  const { store } = await logOf(t)
  await makeHeads(store, later())
  await append(store, 60, MANY)
  await makeHeads(store, later(3))
  const [first] = await Array.fromAsync(keptHeads(store))
  await store.commit({ changes: [], guards: [], state: [{ kind: 'remove', of: 'audit-head', key: first!.head.day }] })
  t.match(await verify(store), { whole: false, fault: { kind: 'head' } })
  await store.close()
})

t.test('of many that make heads at once one does', async (t) => {
  const { store } = await logOf(t)
  const made = await Promise.all(Array.from({ length: 4 }, () => makeHeads(store, later())))
  t.equal(made.flat().length, 1)
  t.match(await verify(store), { whole: true, heads: 1 })
  await store.close()
})

t.test('what is broken is not signed', async (t) => {
  const { folder, store } = await logOf(t)
  await store.close()
  await tamper(folder, monthOf(Date.now()), (with_) => with_.remove(5))
  const again = await open(folder)
  await t.rejects(makeHeads(again, later()), { name: 'AuditFault', message: /Record 5 .* is missing/ })
  await again.close()
})

t.test('what is written meanwhile does no harm', async (t) => {
  const { store } = await logOf(t)
  await makeHeads(store, later())
  const writing = Promise.all([append(store, MANY, MANY), append(store, MANY, MANY * 2)])
  t.match(await verify(store), { whole: true })
  await writing
  t.match(await verify(store), { whole: true, records: MANY + 1_200 })
  await store.close()
})

t.test('the Merkle tree hash is that of RFC 6962', async (t) => {
  // Known roots of the leaves '', 00, 10, 2021, 3031, 40414243, 5051525354555657, 606162…6f (certificate-transparency's tests).
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const tree = new MerkleRoot()
  t.equal(tree.value, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const roots = leaves.map((leaf) => {
    tree.add(leaf)
    return tree.value
  })
  t.equal(roots[0], '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  t.equal(roots[1], 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125')
  t.equal(roots[7], '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
})
