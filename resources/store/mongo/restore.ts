import type { ClientSession, Db, MongoClient } from 'mongodb'
import { insideName } from '../../contained.ts'
import type { ArchivePart, RestoredVersion } from '../archive.ts'
import type { WriteChange } from '../port.ts'
import { monthsOf, recordWrites } from './audit-archive.ts'
import type { VersionDocument } from './document.ts'
import { readHeads } from './heads.ts'
import { containerWrite, type KeptDocument, keptWrite } from './kept.ts'
import type { Layout } from './layout.ts'
import { type Prepared, prepare } from './prepare.ts'
import { sendWrites } from './send.ts'
import { restoredState } from './state-writes.ts'
import { type Head, Subject } from './subject.ts'
import { inTransaction } from './transaction.ts'
import { unwritable } from './trouble.ts'
import type { UnderWay } from './under-way.ts'
import { untilWrites, type Write, writesOf } from './writes.ts'

/** What an archive works with. */
export interface ArchiveSource {
  client: MongoClient
  database: Db
  layout: Layout
  underWay: UnderWay
}

/** Writes a part of an archive; see `Archive.restore`. */
export function restore(source: ArchiveSource, part: ArchivePart): Promise<void> {
  return source.underWay.add(() => restorePart(source, part), unwritable)
}

async function restorePart({ client, database, layout }: ArchiveSource, part: ArchivePart): Promise<void> {
  const { versions = [], audit = [] } = part
  await Promise.all([layout.ensure(collectionsOf(versions)), layout.ensureMonths(monthsOf(audit))])
  const prepared = await prepare(versions.filter(isCurrent).map(writeOf))
  await inTransaction(client, async (session: ClientSession) => {
    // Read first: not every server takes the read concern of a transaction from a write.
    const heads = versions.length > 0 ? await readHeads(database, versions, session) : new Map<string, Head>()
    await database.collection('notes').findOne({}, { projection: { _id: 1 }, session })
    await sendWrites(client, writesOfPart(part, prepared, heads, database.databaseName), session)
  })
}

function isCurrent({ until }: RestoredVersion): boolean {
  return until === undefined
}

/** What a current version is found by, as of a write; a deletion has nothing. */
function writeOf({ type, id, text, entries, contained = [] }: RestoredVersion): WriteChange {
  return { kind: 'write', method: 'PUT', type, id, text: text ?? Buffer.alloc(0), metaAt: 0, entries, contained }
}

function collectionsOf(versions: readonly RestoredVersion[]): Set<string> {
  const inside = versions.flatMap(({ contained = [] }) => contained.map(({ type }) => insideName(type)))
  return new Set([...versions.map(({ type }) => type), ...inside])
}

function* writesOfPart(
  part: ArchivePart,
  prepared: readonly Prepared[],
  heads: ReadonlyMap<string, Head>,
  database: string,
): Generator<Write> {
  const { versions = [], done = [], secrets = {}, notes = {}, state = [] } = part
  const kept: [string, KeptDocument][] = [
    ...Object.entries(secrets).map(([_id, value]): [string, KeptDocument] => ['secrets', { _id, value }]),
    ...Object.entries(notes).map(([_id, value]): [string, KeptDocument] => ['notes', { _id, value }]),
  ]
  for (const [collection, document] of kept) yield keptWrite(database, collection, document)
  for (const { key, at } of done) {
    yield { namespace: `${database}.done`, name: 'insertOne', document: { _id: key, at: new Date(at) } as KeptDocument }
  }
  for (const entry of state) yield restoredState(database, entry)
  yield* recordWrites(part, database)
  for (const name of pairsOf(versions)) yield containerWrite(database, name)
  const found = new Map(prepared.map((one) => [nameOf(one), one]))
  for (const [name, own] of Map.groupBy(versions, nameOf)) {
    yield* writesOfResource(own, found.get(name), heads.get(name), database)
  }
}

/** The versions of one resource, the current one last where it is among them: then it becomes what is current. */
function* writesOfResource(
  versions: readonly RestoredVersion[],
  found: Prepared | undefined,
  head: Head | undefined,
  database: string,
): Generator<Write> {
  const [first] = versions
  if (!first) return
  const subject = new Subject(first.type, first.id, head)
  subject.versions.push(...versions.map(documentOf))
  if (found && found.kind !== 'delete') {
    subject.found = found
    yield* writesOf(subject, database)
    return
  }
  const namespace = `${database}.versions`
  for (const document of subject.versions) yield { namespace, name: 'insertOne', document }
  yield* untilWrites(subject, database)
}

function documentOf(version: RestoredVersion): VersionDocument {
  const { type, id, version: v, lastUpdated: t, order: n, method: m, created, text, until } = version
  const rest = { ...(text ? { text } : {}), ...(until === undefined ? {} : { until }) }
  return { _id: `${type}/${id}/${v}`, type, id, v, t, n, m, created, ...rest }
}

function pairsOf(versions: readonly RestoredVersion[]): Set<string> {
  return new Set(versions.flatMap(({ type, contained = [] }) => contained.map((one) => `${one.type}#${type}`)))
}

function nameOf({ type, id }: { type: string; id: string }): string {
  return `${type}/${id}`
}
