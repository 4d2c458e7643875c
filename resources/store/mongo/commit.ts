import type { ClientSession, Db, MongoClient } from 'mongodb'
import { insideName } from '../../contained.ts'
import { Pace } from '../../pace.ts'
import { CommitRefused, type Guard, type Outcome, type Unit } from '../port.ts'
import { stateRecords } from '../state-record.ts'
import type { Recording } from './audit-recording.ts'
import { AuditWriter } from './audit-writer.ts'
import type { DoneDocument } from './document.ts'
import { readHeads } from './heads.ts'
import { containerWrite, keptWrite } from './kept.ts'
import type { Layout } from './layout.ts'
import { type Prepared, prepare } from './prepare.ts'
import type { MongoSelection } from './selection.ts'
import { sendWrites } from './send.ts'
import type { MongoShared } from './shared.ts'
import { stateWrites } from './state-writes.ts'
import { Subject } from './subject.ts'
import { inTransaction } from './transaction.ts'
import { isDuplicate, unwritable } from './trouble.ts'
import { type Write, writesOf } from './writes.ts'

/** Commits units, each in a transaction of its own. */
export class Committer {
  private readonly client: MongoClient
  private readonly database: Db
  private readonly layout: Layout
  private readonly shared: MongoShared
  private readonly audit: AuditWriter
  /** Which types contained which, as it was committed: `Contained#Container`. */
  private readonly containers = new Set<string>()
  private clock = 0

  constructor(client: MongoClient, database: Db, layout: Layout, shared: MongoShared) {
    this.client = client
    this.database = database
    this.layout = layout
    this.shared = shared
    this.audit = new AuditWriter(client, database, layout)
  }

  /** See `Store.commit`. */
  async commit(unit: Unit): Promise<Outcome[]> {
    const { audit = [] } = unit
    if (audit.length === 0) return this.commitWith(unit)
    if (!isAuditAlone(unit)) return this.audit.along(audit, (recording) => this.commitWith(unit, recording))
    await this.audit.append(audit)
    return []
  }

  /** To be called when nothing more is committed. */
  leave(): Promise<void> {
    return this.audit.leave()
  }

  private async commitWith(unit: Unit, recording?: Recording): Promise<Outcome[]> {
    const changes = await prepare(unit.changes)
    const state = stateRecords(unit.state ?? [])
    const containers = containersIn(unit).difference(this.containers)
    await this.layout.ensure(typesIn(unit)).catch((error: unknown) => {
      throw unwritable(error)
    })
    const outcomes = await inTransaction(this.client, async (session) => {
      if (unit.onceKey !== undefined) await this.begin(unit.onceKey, session)
      if (unit.changes.length === 0) await this.beginReading(session)
      if (unit.lease !== undefined && !(await this.shared.holds(unit.lease, session)))
        throw new CommitRefused('outdated')
      for (const guard of unit.guards) await check(guard, session)
      const writes = [
        ...unitWrites(unit, containers, this.database.databaseName),
        ...(await stateWrites(this.database, state, session)),
      ]
      return this.apply(changes, { first: writes, recording }, session)
    })
    for (const name of containers) this.containers.add(name)
    return outcomes
  }

  private async begin(onceKey: string, session: ClientSession): Promise<void> {
    try {
      const done = this.database.collection<DoneDocument>('done')
      await done.insertOne({ _id: onceKey, at: new Date() }, { session })
    } catch (error) {
      throw isDuplicate(error) ? new CommitRefused('repeated') : error
    }
  }

  /** Not every server takes the read concern of a transaction from a bulk write, where this is its first command. */
  private async beginReading(session: ClientSession): Promise<void> {
    await this.database.collection('notes').findOne({}, { projection: { _id: 1 }, session })
  }

  /** Applies the changes in their order; what they write is sent after `first`, and then the records of what became of them. */
  private async apply(
    changes: readonly Prepared[],
    { first, recording }: { first: Write[]; recording: Recording | undefined },
    session: ClientSession,
  ): Promise<Outcome[]> {
    const heads = await readHeads(this.database, changes, session)
    // Of one process, lastUpdated never goes back, whatever the machine's clock does.
    this.clock = Math.max(this.clock, Date.now())
    const subjects = new Map<string, Subject>()
    const outcomes: Outcome[] = []
    const pace = new Pace()
    for (const [at, change] of changes.entries()) {
      if (pace.due) await pace.rest()
      const name = `${change.type}/${change.id}`
      const subject = subjects.get(name) ?? new Subject(change.type, change.id, heads.get(name))
      subjects.set(name, subject)
      outcomes.push(subject.apply(change, at, this.clock))
    }
    const { databaseName } = this.database
    const now = this.clock
    const writes = function* () {
      yield* first
      for (const subject of subjects.values()) yield* writesOf(subject, databaseName)
      if (recording) yield* recording.writes(outcomes, now)
    }
    await sendWrites(this.client, writes(), session)
    return outcomes
  }
}

/** Whether nothing but records is to be written, whatever else is so. */
function isAuditAlone({ changes, guards, onceKey, notes, state = [], lease }: Unit): boolean {
  const asks = guards.length > 0 || onceKey !== undefined || lease !== undefined
  return changes.length === 0 && state.length === 0 && notes === undefined && !asks
}

async function check({ selection, ids }: Guard, session: ClientSession): Promise<void> {
  const found = await (selection as MongoSelection).ids(session, ids.length + 1)
  const expected = new Set(ids)
  if (found.length !== expected.size || found.some((id) => !expected.has(id))) throw new CommitRefused('outdated')
}

/** What a unit writes besides its resources: racers for the same write the same lock. */
function* unitWrites(
  { guards, notes = {} }: Unit,
  containers: ReadonlySet<string>,
  database: string,
): Generator<Write> {
  // In one order, so that racers who have several wait for each other in turn.
  const locks = new Set(guards.flatMap(({ selection }) => (selection as MongoSelection).locks))
  for (const _id of [...locks].sort()) {
    const filter = { _id }
    const update = { $inc: { n: 1 }, $set: { at: new Date() } }
    yield { namespace: `${database}.locks`, name: 'updateOne', filter, update, upsert: true }
  }
  for (const [_id, value] of Object.entries(notes)) yield keptWrite(database, 'notes', { _id, value })
  for (const name of containers) yield containerWrite(database, name)
}

function typesIn({ changes }: Unit): Set<string> {
  const types = new Set<string>()
  for (const change of changes) {
    types.add(change.type)
    if (change.kind !== 'delete') for (const { type } of change.contained ?? []) types.add(insideName(type))
  }
  return types
}

function containersIn({ changes }: Unit): Set<string> {
  const names = new Set<string>()
  for (const change of changes) {
    if (change.kind === 'delete') continue
    for (const { type } of change.contained ?? []) names.add(`${type}#${change.type}`)
  }
  return names
}
