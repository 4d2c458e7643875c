import { setImmediate } from 'node:timers/promises'
import { BSON, type ClientSession, type MongoClient } from 'mongodb'
import { Pace } from '../../pace.ts'
import type { Kept, Write } from './writes.ts'

/** What goes in one command at the most, so that neither this thread nor the server is held by it for long. */
const MOST_WRITES = 1_000
const MOST_BYTES = 4 * 1024 * 1024

/** Documents that are new to one collection, from which on they go by a command of their own, which is the faster one. */
const MANY = 50

/**
 * Sends writes, each to another document: all that goes into one command does, to whatever collections. Throws an Error when one that
 * changes a document did not find it.
 */
export async function sendWrites(client: MongoClient, writes: Iterable<Write>, session: ClientSession): Promise<void> {
  const { inserts, others } = await sorted(writes)
  for (const [namespace, same] of inserts) {
    if (same.length < MANY) others.unshift(...same)
    else for await (const batch of batches(same)) await insert(client, namespace, batch, session)
  }
  for await (const batch of batches(others)) await send(client, batch, session)
}

/** Sends writes by themselves, outside of any transaction: each is durable before the next is made. Throws as `sendWrites`. */
export async function sendInOrder(client: MongoClient, writes: Iterable<Write>): Promise<void> {
  const all: Write[] = []
  const pace = new Pace()
  for (const write of writes) {
    if (pace.due) await pace.rest()
    all.push(write)
  }
  for await (const batch of batches(all)) await send(client, batch)
}

/** Apart by what they write, and the documents that are new by their collections. */
async function sorted(writes: Iterable<Write>): Promise<{ inserts: Map<string, Write[]>; others: Write[] }> {
  const inserts = new Map<string, Write[]>()
  const others: Write[] = []
  const pace = new Pace()
  for (const write of writes) {
    if (pace.due) await pace.rest()
    const same = write.name === 'insertOne' ? (inserts.get(write.namespace) ?? []) : others
    same.push(write)
    if (same !== others) inserts.set(write.namespace, same)
  }
  return { inserts, others }
}

async function* batches(writes: readonly Write[]): AsyncGenerator<Write[]> {
  let batch: Write[] = []
  let bytes = 0
  for (const write of writes) {
    const size = sizeOf(write)
    if (batch.length === MOST_WRITES || (bytes + size > MOST_BYTES && batch.length > 0)) {
      yield batch
      await setImmediate()
      batch = []
      bytes = 0
    }
    batch.push(write)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

async function insert(client: MongoClient, namespace: string, batch: Write[], session: ClientSession): Promise<void> {
  const documents = batch.flatMap((write) => (write.name === 'insertOne' ? [write.document as Kept] : []))
  const [, database, collection = ''] = /^([^.]*)\.(.*)$/.exec(namespace) ?? []
  await client.db(database).collection<Kept>(collection).insertMany(documents, { session })
}

async function send(client: MongoClient, batch: Write[], session?: ClientSession): Promise<void> {
  const options = { ordered: true, ...(session ? { session } : {}) }
  const { matchedCount, upsertedCount } = await client.bulkWrite<Record<string, Kept>>(batch, options)
  const wanted = batch.filter(({ name }) => name === 'updateOne' || name === 'replaceOne').length
  if (matchedCount + upsertedCount !== wanted) throw new Error('a document that a transaction has read is not there')
}

/** Bytes, of what is short as a guess. */
function sizeOf(write: Write): number {
  if (write.name === 'insertOne') return BSON.calculateObjectSize(write.document)
  return write.name === 'replaceOne' ? BSON.calculateObjectSize(write.replacement) : 512
}
