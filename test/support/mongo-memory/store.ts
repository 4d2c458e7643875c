import type { ClientSession } from 'mongodb'
import { insideId, insideName } from '../../../resources/contained.ts'
import { indexFacts } from '../../../resources/store/mongo/document.ts'
import type { MongoSelection } from '../../../resources/store/mongo/selection.ts'
import type { Change, Outcome, Store, WriteChange } from '../../../resources/store/port.ts'
import type { Readable } from '../../../search/mongo/reading.ts'
import { MongoSearcher } from '../../../search/mongo/searcher.ts'
import type { TestStore } from '../stores.ts'
import { MemoryDatabase } from './database.ts'

/**
 * What searches find in documents as MongoStore writes them, without a server: the same filters and pipelines, decided here.
 * The store can be written to, and that is all.
 */
export function memoryStore(): TestStore {
  const database = new MemoryDatabase()
  const session = { inTransaction: () => false } as ClientSession
  const client = { withSession: (_: unknown, work: (own: ClientSession) => unknown) => work(session) }
  const readable = { client, database, versions: database.collection('versions') } as unknown as Readable
  const searcher = new MongoSearcher(readable, 10_000)
  let clock = Date.now()
  const commit = async ({ changes }: { changes: readonly Change[] }) => {
    clock = Math.max(clock + 1, Date.now())
    return changes.map((change) => apply(database, change, clock))
  }
  return {
    store: { commit } as unknown as Store,
    searcher,
    searchers: [['memory', searcher]],
    selected: (selection) => (selection as MongoSelection).ids(session, 1000),
  }
}

function apply(database: MemoryDatabase, change: Change, t: number): Outcome {
  const { type, id } = change
  const name = `${type}/${id}`
  for (const inside of database.documents(`holds ${name}`).values()) {
    database.documents(String(inside.name)).delete(String(inside.id))
  }
  database.documents(`holds ${name}`).clear()
  const v = Number(database.documents(type).get(id)?.v ?? 0) + 1
  if (change.kind === 'write') write(database, change, v, t)
  else database.documents(type).set(id, { _id: id, v, t, m: 'DELETE', live: false, bytes: 0 })
  return { version: v, lastUpdated: t, created: v === 1 }
}

function write(
  database: MemoryDatabase,
  { type, id, text, method, entries, contained }: WriteChange,
  v: number,
  t: number,
) {
  const bytes = text.length
  database.documents(type).set(id, { _id: id, v, t, m: method, live: true, text, bytes, ...indexFacts(entries) })
  database.documents('versions').set(`${type}/${id}/${v}`, { _id: `${type}/${id}/${v}`, v, t, m: method, text })
  for (const one of contained ?? []) {
    const [inside, _id] = [insideName(one.type), insideId({ type, id }, one.id)]
    database.documents(inside).set(_id, { _id, c: { type, id }, v, t, live: true, bytes, ...indexFacts(one.entries) })
    database.documents(`holds ${type}/${id}`).set(`${inside} ${_id}`, { name: inside, id: _id })
    const pair = `${one.type}#${type}`
    database.documents('containers').set(pair, { _id: pair, contained: one.type, container: type })
  }
}
