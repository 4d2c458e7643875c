import { setImmediate } from 'node:timers/promises'
import { BSON, type ClientSession, type MongoClient } from 'mongodb'
import type { Kept, Write } from './writes.ts'

/** What goes in one command at the most, so that neither this thread nor the server is held by it for long. */
const MOST_WRITES = 5_000
const MOST_BYTES = 8 * 1024 * 1024

/** Sends writes to all their collections in as few commands as that takes. Throws an Error when one found nothing to change. */
export async function sendWrites(client: MongoClient, writes: Iterable<Write>, session: ClientSession): Promise<void> {
  let batch: Write[] = []
  let bytes = 0
  for (const write of writes) {
    const size = sizeOf(write)
    if (batch.length === MOST_WRITES || (bytes + size > MOST_BYTES && batch.length > 0)) {
      await send(client, batch, session)
      await setImmediate()
      batch = []
      bytes = 0
    }
    batch.push(write)
    bytes += size
  }
  if (batch.length > 0) await send(client, batch, session)
}

async function send(client: MongoClient, batch: Write[], session: ClientSession): Promise<void> {
  const { matchedCount, upsertedCount } = await client.bulkWrite<Record<string, Kept>>(batch, {
    session,
    ordered: true,
  })
  const wanted = batch.filter(({ name }) => name === 'updateOne' || name === 'replaceOne').length
  if (matchedCount + upsertedCount !== wanted) throw new Error('a document that a transaction has read is not there')
}

/** Bytes. */
function sizeOf(write: Write): number {
  if (write.name === 'insertOne') return BSON.calculateObjectSize(write.document)
  return write.name === 'replaceOne' ? BSON.calculateObjectSize(write.replacement) : 512
}
