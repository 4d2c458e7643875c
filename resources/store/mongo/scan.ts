import type { Db } from 'mongodb'
import { PAGE_BYTES, type ScanEntry } from '../port.ts'
import { LIMITED } from './connect.ts'
import type { ResourceDocument } from './document.ts'

/** Names of collections that types have: those of contained resources, and of all else, begin otherwise. */
const TYPE = /^[A-Z][A-Za-z]*$/

/** Live resources by type and id; see `Store.scan`. A page ends early where its texts grow too large. */
export async function readLive(database: Db, after: string | undefined, count: number): Promise<ScanEntry[]> {
  if (count < 1) return []
  const [first = '', from = ''] = after === undefined ? [] : after.split('/')
  const types = (await typesIn(database)).filter((name) => name >= first)
  const entries: ScanEntry[] = []
  let bytes = 0
  for (const type of types.sort()) {
    for await (const entry of readType(database, type, type === first ? from : '', count - entries.length)) {
      entries.push(entry)
      bytes += entry.text.length
      if (bytes > PAGE_BYTES) return entries
    }
    if (entries.length >= count) break
  }
  return entries
}

/** Types that have a collection. */
export async function typesIn(database: Db): Promise<string[]> {
  const collections = await database.listCollections({ name: { $regex: TYPE } }, { nameOnly: true }).toArray()
  return collections.map(({ name }) => name).filter((name) => TYPE.test(name))
}

async function* readType(database: Db, type: string, from: string, count: number): AsyncGenerator<ScanEntry> {
  const projection = { v: 1, t: 1, m: 1, text: 1 }
  const cursor = database
    .collection<ResourceDocument>(type)
    .find({ _id: { $gt: from }, live: true }, { projection, sort: { _id: 1 }, limit: count, ...LIMITED })
  try {
    for await (const { _id: id, v: version, t: lastUpdated, m: method, text } of cursor) {
      if (text) yield { type, id, version, lastUpdated, method, text, position: `${type}/${id}` }
    }
  } finally {
    await cursor.close()
  }
}
