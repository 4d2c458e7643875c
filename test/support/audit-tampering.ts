import { DatabaseSync } from 'node:sqlite'
import { MongoStore } from '../../resources/store/mongo/store.ts'
import { monthTables } from '../../resources/store/sqlite/audit-layout.ts'
import { ON_MONGO, urlOf } from './place.ts'

/** What somebody who has the database, and no need of this server, can do to records of its only chain. */
export interface Tampering {
  /** Overwrites parts of a record: of `outcomes` the version of the first. */
  change(number: number, to: { text?: string; outcome?: number; number?: number; hash?: string }): Promise<void>
  remove(...numbers: number[]): Promise<void>
  /** Lets the chain say that it ends so. */
  end(number: number, hash: string): Promise<void>
  /** Lets a record not be found by its first key. */
  unindex(number: number): Promise<void>
}

/** Tampers with the store of a folder (`placeOf`), of the records of this month; the embedded one has to be closed. */
export async function tamper(folder: string, month: string, work: (with_: Tampering) => Promise<void>): Promise<void> {
  if (ON_MONGO) await tamperMongo(await urlOf(folder), month, work)
  else await tamperSqlite(folder, month, work)
}

async function tamperSqlite(folder: string, month: string, work: (with_: Tampering) => Promise<void>): Promise<void> {
  const database = new DatabaseSync(`${folder}/chartroom.sqlite`)
  const { records, index } = monthTables(month)
  const run = (sql: string, ...values: (number | string | Uint8Array)[]) => database.prepare(sql).run(...values)
  try {
    await work({
      async change(at, { text, outcome, number, hash }) {
        if (text !== undefined) run(`UPDATE ${records} SET text = ? WHERE number = ?`, text, at)
        if (outcome !== undefined) run(`UPDATE ${records} SET outcomes = ? WHERE number = ?`, `[${outcome}]`, at)
        if (hash !== undefined) run(`UPDATE ${records} SET hash = ? WHERE number = ?`, Buffer.from(hash, 'hex'), at)
        if (number !== undefined) run(`UPDATE ${records} SET number = ? WHERE number = ?`, number, at)
      },
      async remove(...numbers) {
        for (const number of numbers) run(`DELETE FROM ${records} WHERE number = ?`, number)
      },
      async end(number, hash) {
        run('UPDATE audit_chain SET number = ?, hash = ? WHERE number > 0', number, Buffer.from(hash, 'hex'))
      },
      async unindex(number) {
        const { seq } = database.prepare(`SELECT seq FROM ${records} WHERE number = ?`).get(number)!
        const { first } = database
          .prepare('SELECT first FROM audit_segment WHERE first <= ? AND last >= ?')
          .get(seq!, seq!)!
        const place = Number(seq) - Number(first)
        for (const { block, entries } of database.prepare(`SELECT block, entries FROM ${index}`).all()) {
          // Halves of fingerprints, of four bytes each, then places, of two.
          const bytes = Buffer.from(entries as Uint8Array)
          const size = bytes.length / 6
          for (let at = 0; at < size; at++) {
            if (bytes.readUInt16LE(size * 4 + at * 2) === place) bytes.writeUInt16LE(place + 1, size * 4 + at * 2)
          }
          run(`UPDATE ${index} SET entries = ? WHERE block = ?`, bytes, Number(block))
        }
      },
    })
  } finally {
    database.close()
  }
}

async function tamperMongo(url: string, month: string, work: (with_: Tampering) => Promise<void>): Promise<void> {
  const store = await MongoStore.open(url)
  const records = store.database.collection<{ _id: string; n: number }>(`audit_${month.replace('-', '_')}`)
  try {
    await work({
      async change(at, { text, outcome, number, hash }) {
        const to = {
          ...(text === undefined ? {} : { x: text }),
          ...(outcome === undefined ? {} : { o: String(outcome) }),
          ...(number === undefined ? {} : { n: number }),
          ...(hash === undefined ? {} : { h: Buffer.from(hash, 'hex') }),
        }
        await records.updateOne({ n: at }, { $set: to })
      },
      async remove(...numbers) {
        await records.deleteMany({ n: { $in: numbers } })
      },
      async end(number, hash) {
        await store.database
          .collection('audit_chains')
          .updateMany({}, { $set: { n: number, h: Buffer.from(hash, 'hex') } })
      },
      async unindex(number) {
        await records.updateOne({ n: number }, { $pop: { k: -1 } })
      },
    })
  } finally {
    await store.close()
  }
}
