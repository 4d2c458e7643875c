import type { ClientSession, Db } from 'mongodb'
import type { ArchivedState } from '../archive.ts'
import { CommitRefused } from '../port.ts'
import { isExpected, liveRevision, type StatePut, type StateRecordChange } from '../state-record.ts'
import type { StateDocument } from './document.ts'
import { STATE, stateId } from './state.ts'
import type { Write } from './writes.ts'

/** What a transaction must know of an entry, expired or not. */
type StateHead = Pick<StateDocument, '_id' | 'r' | 'x'>

/** An entry within a transaction: as it was found, and as it is to be. */
interface StateSubject {
  head: StateHead | undefined
  revision: number
  /** undefined where it is to be removed. */
  put: StatePut | undefined
}

/**
 * What brings the entries to where changes lead, one write for each. Throws CommitRefused `state` where what a change expects is
 * not so. Racers for an entry write the same document, and one of them begins again.
 */
export async function stateWrites(
  database: Db,
  changes: readonly StateRecordChange[],
  session: ClientSession,
): Promise<Write[]> {
  if (changes.length === 0) return []
  const heads = await readStateHeads(database, changes, session)
  const now = Date.now()
  const subjects = new Map<string, StateSubject>()
  for (const [at, change] of changes.entries()) {
    const id = stateId(change.of, change.key)
    const head = heads.get(id)
    const subject = subjects.get(id) ?? { head, revision: revisionOf(head, now), put: undefined }
    if (!isExpected(change, subject.revision)) throw new CommitRefused('state', at, subject.revision)
    subject.put = change.kind === 'put' ? change : undefined
    subject.revision = change.kind === 'put' ? subject.revision + 1 : 0
    subjects.set(id, subject)
  }
  const namespace = `${database.databaseName}.${STATE}`
  return [...subjects].flatMap(([id, subject]) => writeOf(id, subject, namespace))
}

/** What writes an entry as it is, in the place of one that is there. */
export function restoredState(database: string, { kind, value, ...rest }: ArchivedState): Write {
  const put = { kind: 'put' as const, of: kind, text: JSON.stringify(value), ...rest }
  const replacement = documentOf(put, rest.revision)
  const filter = { _id: replacement._id }
  return { namespace: `${database}.${STATE}`, name: 'replaceOne', filter, replacement, upsert: true }
}

async function readStateHeads(database: Db, changes: readonly StateRecordChange[], session: ClientSession) {
  const ids = [...new Set(changes.map(({ of, key }) => stateId(of, key)))]
  const documents = database.collection<StateDocument>(STATE)
  const found = documents.find({ _id: { $in: ids } }, { projection: { r: 1, x: 1 }, session })
  const heads = new Map<string, StateHead>()
  for await (const head of found) heads.set(head._id, head)
  return heads
}

function revisionOf(head: StateHead | undefined, now: number): number {
  return liveRevision(head && { revision: head.r, ...(head.x ? { expires: head.x.getTime() } : {}) }, now)
}

function writeOf(_id: string, { head, revision, put }: StateSubject, namespace: string): Write[] {
  const filter = { _id, r: head?.r }
  if (!put) return head ? [{ namespace, name: 'deleteOne', filter }] : []
  const document = documentOf(put, revision)
  if (!head) return [{ namespace, name: 'insertOne', document }]
  return [{ namespace, name: 'replaceOne', filter, replacement: document }]
}

function documentOf({ of, key, text, expires, aliases }: StatePut, revision: number): StateDocument {
  return {
    _id: stateId(of, key),
    r: revision,
    value: text,
    ...(expires === undefined ? {} : { x: new Date(expires) }),
    ...(aliases.length === 0 ? {} : { a: aliases.map((alias) => stateId(of, alias)) }),
  }
}
