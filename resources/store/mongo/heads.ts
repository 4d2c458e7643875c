import type { ClientSession, Db } from 'mongodb'
import type { ResourceDocument } from './document.ts'
import type { Head } from './subject.ts'

/** Ids that one command asks for: it is a document, and has 16 MiB at the most. */
const MOST_IDS = 50_000

/** The heads of resources that have one, by `Type/id`: one command for each type. */
export async function readHeads(
  database: Db,
  resources: readonly { type: string; id: string }[],
  session: ClientSession,
): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>()
  for (const [type, of] of Map.groupBy(resources, (one) => one.type)) {
    const ids = [...new Set(of.map(({ id }) => id))]
    for (let start = 0; start < ids.length; start += MOST_IDS) {
      const filter = { _id: { $in: ids.slice(start, start + MOST_IDS) } }
      const projection = { v: 1, t: 1, live: 1, bytes: 1, holds: 1 }
      const found = database.collection<ResourceDocument>(type).find(filter, { projection, session })
      for await (const head of found) heads.set(`${type}/${head._id}`, head)
    }
  }
  return heads
}
