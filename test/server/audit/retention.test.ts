import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { encodeDeed } from '../../../auth/audit/codec.ts'
import type { Deed } from '../../../auth/audit/deed.ts'
import { droppedMonths } from '../../../auth/audit/dropped.ts'
import { makeHeads } from '../../../auth/audit/heads.ts'
import { keptHeads } from '../../../auth/audit/kept-heads.ts'
import { verifyStore } from '../../../auth/audit/proof.ts'
import { verifyArchive } from '../../../auth/audit/verify-archive.ts'
import { monthOf } from '../../../resources/store/audit-key.ts'
import type { Store } from '../../../resources/store/port.ts'
import { archiveFolder, readArchive } from '../../../server/audit/archive-file.ts'
import { archiveDue } from '../../../server/audit/retention.ts'
import { AuditUpkeep } from '../../../server/audit/upkeep.ts'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'

t.setTimeout(300_000)

const MANY = 130
const YEARS_ON = Date.now() + 8 * 366 * 86_400_000

async function open(folder: string): Promise<Store> {
  const { store } = await openStore(readConfig({ ...(await placeOf(folder)), DEMO: 'off' }))
  return store
}

async function append(store: Store, count: number): Promise<void> {
  const deed = (at: number): Deed => ({
    at: Date.now(),
    kind: 'rest',
    code: 'read',
    action: 'R',
    outcome: '0',
    agent: {},
    // U+2028 is no end of a line.
    parts: [{ type: 'Patient', id: `p${at}\u2028\n`, patients: [`p${at}`] }],
  })
  await store.commit({
    changes: [],
    guards: [],
    audit: Array.from({ length: count }, (_, at) => encodeDeed(deed(at))).flat(),
  })
}

async function result<T>(run: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await run.next()
    if (done) return value
  }
}

const archiveOf = (store: Store, folder: string) =>
  result(verifyArchive(droppedMonths(store), keptHeads(store), (month) => readArchive(folder, month)))

async function filled(t: { teardown(end: () => Promise<void>): void }, folder: string) {
  const store = await open(folder)
  t.teardown(() => store.close())
  await append(store, MANY)
  await makeHeads(store, YEARS_ON)
  const archive = archiveFolder(folder)
  const retention = { years: 6, folder: archive }
  return { store, archive, retention, month: monthOf(Date.now()) }
}

t.test('a month is archived, proved and dropped, and the log goes on', async (t) => {
  const { store, archive, retention, month } = await filled(t, storeFolder(t))
  t.strictSame(await Array.fromAsync(archiveDue(store, retention, Date.now())), [], 'it is not old enough')
  const before = await store.audit.find({ keys: [] }, 500)
  const [done, ...more] = await Array.fromAsync(archiveDue(store, retention, YEARS_ON))
  t.strictSame(more, [])
  t.match(done, { month, records: MANY, file: `${month}.ndjson.gz` })
  t.strictSame(readdirSync(archive), [`${month}.ndjson.gz`])
  const lines = gunzipSync(readFileSync(join(archive, done!.file)))
    .toString()
    .trim()
    .split('\n')
  t.strictSame(
    lines.map((line) => JSON.parse(line).text),
    before.map(({ text }) => text),
  )
  t.strictSame(await store.audit.months(), [])
  t.match(await result(verifyStore(store)), { whole: true, records: 0 })
  t.match(await archiveOf(store, archive), { whole: true, records: MANY })
  await append(store, 7)
  t.match(await result(verifyStore(store)), { whole: true, records: 7 })
})

t.test('an archive that is lost or changed is found out', async (t) => {
  const { store, archive, retention } = await filled(t, storeFolder(t))
  const [done] = await Array.fromAsync(archiveDue(store, retention, YEARS_ON))
  const file = join(archive, done!.file)
  const bytes = readFileSync(file)
  appendFileSync(file, 'x')
  t.match(await archiveOf(store, archive), { whole: false })
  writeFileSync(file, bytes.subarray(0, bytes.length / 2))
  t.match(await archiveOf(store, archive), { whole: false, fault: { told: /cannot be read/ } })
  rmSync(file)
  t.match(await archiveOf(store, archive), { whole: false, fault: { told: /is not in/ } })
})

t.test('broken off before it is dropped, it is dropped later, and only where the archive is there', async (t) => {
  const { store, archive, retention, month } = await filled(t, storeFolder(t))
  const fails: Store = Object.create(store, {
    audit: { value: Object.create(store.audit, { drop: { value: () => Promise.reject(new Error('broken off')) } }) },
  })
  await t.rejects(Array.fromAsync(archiveDue(fails, retention, YEARS_ON)), { message: 'broken off' })
  t.strictSame(await store.audit.months(), [month])
  t.match(await result(verifyStore(store)), { whole: true })
  const file = join(archive, `${month}.ndjson.gz`)
  const bytes = readFileSync(file)
  rmSync(file)
  await t.rejects(Array.fromAsync(archiveDue(store, retention, YEARS_ON)), { message: /is not in/ })
  t.strictSame(await store.audit.months(), [month])
  writeFileSync(file, bytes)
  t.equal((await Array.fromAsync(archiveDue(store, retention, YEARS_ON))).length, 1)
  t.strictSame(await store.audit.months(), [])
})

t.test('what cannot be written leaves nothing behind, and drops nothing', async (t) => {
  const { store, month } = await filled(t, storeFolder(t))
  const folder = join(storeFolder(t), 'none')
  writeFileSync(folder, 'a file, where a folder is wanted')
  await t.rejects(Array.fromAsync(archiveDue(store, { years: 6, folder }, YEARS_ON)), { code: 'EEXIST' })
  t.strictSame(await store.audit.months(), [month])
})

t.test('the server looks after it: heads, then archives, on record; several of them once', async (t) => {
  const folder = storeFolder(t)
  const store = await open(folder)
  t.teardown(() => store.close())
  await append(store, MANY)
  const deeds: Deed[] = []
  const audit = { record: async (some: readonly Deed[]) => void deeds.push(...some), close: async () => undefined }
  const failures: unknown[] = []
  const upkeep = () => {
    const one = new AuditUpkeep({ store, audit, retention: { years: 6, folder: archiveFolder(folder) } })
    one.onFailure = (error) => failures.push(error)
    return one
  }
  const [one, other] = [upkeep(), upkeep()]
  await one.look()
  t.strictSame([deeds, await Array.fromAsync(keptHeads(store))], [[], []], 'no day is over')
  await one.look(YEARS_ON)
  await other.look(YEARS_ON)
  t.match(deeds, [{ code: 'audit-archived', told: monthOf(Date.now()), agent: { system: 'server' } }])
  t.equal((await Array.fromAsync(keptHeads(store))).length, 1)
  t.strictSame(await store.audit.months(), [])
  await append(store, 1)
  await one.close()
  await one.look(YEARS_ON)
  t.strictSame(await store.audit.months(), [monthOf(Date.now())], 'nothing is begun when it is closed')
  t.strictSame(failures, [])
  t.ok(existsSync(archiveFolder(folder)))
})
