import { type ClientSession, type MongoClient, MongoNetworkError, MongoServerError } from 'mongodb'
import { chain } from './trouble.ts'

/** Kept at the most: in a long outage those of its beginning are over at the server by themselves. */
const MOST = 1_000

/** By client: sessions to which the way was lost amid a transaction, by their ids in text. */
const lost = new WeakMap<MongoClient, Map<string, unknown>>()

/** Whether an error says that the way to the server was lost, so that it may know nothing of an abort. */
export function isLoss(error: unknown): boolean {
  return chain(error).some((one) => one instanceof MongoNetworkError)
}

/**
 * Notes a session whose transaction may live on at the server, for a minute, and keep others from what it wrote. Nobody gets
 * it from the driver's pool again: he would be ended with it.
 */
export function noteLost(client: MongoClient, session: ClientSession): void {
  const own = lost.get(client) ?? new Map<string, unknown>()
  lost.set(client, own)
  if (!session.id) return
  session.serverSession.isDirty = true
  if (own.size >= MOST) own.delete(own.keys().next().value!)
  own.set(session.id.id.toString('hex'), session.id.id)
}

/** Ends what was noted, as soon as the server can be asked again. Never throws: what it could not do is done next time. */
export async function endLost(client: MongoClient): Promise<void> {
  const own = lost.get(client)
  if (!own || own.size === 0) return
  const some = [...own]
  try {
    await client.db('admin').command({ killSessions: some.map(([, id]) => ({ id })) })
  } catch (error) {
    // Where the server refuses this, all wait until it ends them by itself: to ask with each write would gain nothing.
    if (!(error instanceof MongoServerError)) return
  }
  for (const [name] of some) own.delete(name)
}
