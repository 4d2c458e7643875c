import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SqliteAudit } from '../../resources/store/sqlite/audit.ts'
import { AuditRows } from '../../resources/store/sqlite/audit-rows.ts'
import { openReader, openWriter } from '../../resources/store/sqlite/connect.ts'
import { migrate } from '../../resources/store/sqlite/schema.ts'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { diskBytes } from '../ingest.ts'
import { machineFacts, median } from '../machine.ts'
import { readEntry } from './read-entry.ts'

/** Events of a transaction, as they gather while another one is synced. */
const TOGETHER = 64

/** ms from one event to the next: 200,000 fill four months. */
const APART = 50_000

/** Writes events in this thread, as the writer thread does, at times that are made up. */
function fill(folder: string, count: number): void {
  const database = openWriter(join(folder, 'chartroom.sqlite'))
  migrate(database)
  const rows = new AuditRows(database)
  const start = Date.UTC(2026, 0, 1)
  let micros = 0
  let bytes = 0
  let keys = 0
  for (let at = 0; at < count; at += TOGETHER) {
    const entries = Array.from({ length: TOGETHER }, (_, n) => readEntry(at + n, start + (at + n) * APART))
    for (const entry of entries) bytes += entry.text.length
    keys += entries.reduce((sum, entry) => sum + entry.keys.length, 0)
    const before = process.cpuUsage()
    database.exec('BEGIN IMMEDIATE')
    for (const [n, entry] of entries.entries()) rows.append([entry], [], start + (at + n) * APART)
    rows.flush()
    database.exec('COMMIT')
    rows.committed()
    rows.catchUp()
    const { user, system } = process.cpuUsage(before)
    micros += user + system
    if ((at / TOGETHER) % 512 === 0) database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  const size = diskBytes(folder)
  console.log(`text of an event: ${Math.round(bytes / count)} bytes, ${keys / count} keys`)
  console.log(`on disk: ${Math.round(size / count)} bytes an event`)
  console.log(`the writer's time: ${(micros / count).toFixed(1)} µs an event, of which some waits for the disk`)
}

/** How the bytes are spread, where SQLite can tell. */
function parts(folder: string, count: number): void {
  const database = new DatabaseSync(join(folder, 'chartroom.sqlite'), { readOnly: true })
  try {
    const sql =
      'SELECT name, sum(pgsize) AS size, sum(unused) AS unused FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 5'
    for (const { name, size, unused } of database.prepare(sql).all()) {
      console.log(
        `  ${name}: ${Math.round(Number(size) / count)} an event, ${Math.round(Number(unused) / count)} of it free`,
      )
    }
  } catch {
    // This SQLite was built without dbstat.
  }
  database.close()
}

/** How long it takes to find one patient's accesses. */
async function finding(folder: string): Promise<void> {
  const audit = new SqliteAudit(openReader(join(folder, 'chartroom.sqlite')), async () => undefined)
  const times: number[] = []
  let found = 0
  for (let n = 0; n < 100; n++) {
    const start = performance.now()
    found += (await audit.find({ keys: [[`p pat-${n * 17}`]], descending: true }, 1_000)).length
    times.push(performance.now() - start)
  }
  const [first, ...others] = times
  console.log(
    `one patient's ${found / 100} events: ${median(others).toFixed(2)} ms, the first time ${first!.toFixed(2)} ms`,
  )
  audit.close()
}

/** Events that are appended alone, each durable before the next of its reader, by so many readers at once. */
async function alone(folder: string, count: number, readers: number): Promise<void> {
  const store = await SqliteStore.open(folder)
  const entries = Array.from({ length: count }, (_, at) => readEntry(at, Date.now()))
  const start = performance.now()
  const before = process.cpuUsage()
  const reader = async () => {
    for (let entry = entries.pop(); entry; entry = entries.pop()) {
      await store.commit({ changes: [], guards: [], audit: [entry] })
    }
  }
  await Promise.all(Array.from({ length: readers }, reader))
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - start) / 1000
  const cost = `${((user + system) / count).toFixed(1)} µs of both threads an event`
  console.log(`${readers} readers: ${Math.round(count / seconds)} events/s, ${cost}`)
  await store.close()
}

async function main(count: number): Promise<void> {
  const folder = mkdtempSync(join(import.meta.dirname, '..', '..', '.bench-'))
  try {
    for (const fact of machineFacts(folder)) console.log(fact)
    fill(folder, count)
    parts(folder, count)
    await finding(folder)
    const other = mkdtempSync(join(folder, 'alone-'))
    for (const readers of [8, 64]) await alone(other, count / 10, readers)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

await main(Number(process.argv[2] ?? 200_000))
