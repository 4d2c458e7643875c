import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { CommitRefused, DONE_KEPT, type Outcome, type Selection } from '../port.ts'
import { Applier } from './apply.ts'
import { openWriter } from './connect.ts'
import { FolderInUse, holdLock } from './lock.ts'
import { type FromWriter, type ToWriter, UnitDecoder, type UnitResult, type WriterUnit } from './message.ts'
import { migrate } from './schema.ts'
import type { SqliteSelection } from './selection.ts'

/** Units that share one transaction, and so one sync, at the most; and the bytes of text after which no more join. */
const GROUP_UNITS = 128
const GROUP_BYTES = 4 * 1024 * 1024

/**
 * Bytes that the write-ahead log may grow by between two checkpoints, as they are reckoned: a text is written with its
 * index entries, and a unit touches pages all over the indexes. A longer log makes each read and commit dearer.
 */
const CHECKPOINT_BYTES = 32 * 1024 * 1024
const BYTES_OF_TEXT = 3
const BYTES_OF_UNIT = 48 * 1024

/** What it grows by for a transaction in which all is appended, as records for the audit log are; and for a key of one. */
const BYTES_OF_APPENDING = 16 * 1024
const BYTES_OF_KEY = 16

/** A unit whose parts have all come in. */
interface Waiting {
  id: number
  unit: WriterUnit
}

/** The one thread that writes. Units that wait while it syncs go into its next transaction together. */
class Writer {
  private readonly port: MessagePort
  private readonly database: DatabaseSync
  private readonly applier: Applier
  private readonly release: () => void
  private readonly decoder = new UnitDecoder()
  private written = 0

  constructor(port: MessagePort, folder: string) {
    this.port = port
    this.release = holdLock(folder)
    this.database = openWriter(`${folder}/chartroom.sqlite`)
    migrate(this.database)
    this.database.prepare('DELETE FROM done WHERE at < ?').run(Date.now() - DONE_KEPT)
    this.database.prepare("INSERT OR IGNORE INTO secret VALUES ('links', ?)").run(randomBytes(32))
    this.applier = new Applier(this.database)
  }

  receive(first: ToWriter): void {
    let next: ToWriter | undefined = first
    while (next !== undefined && next !== 'close') {
      const group: Waiting[] = []
      let bytes = 0
      while (next !== undefined && next !== 'close' && group.length < GROUP_UNITS && bytes < GROUP_BYTES) {
        if ('abandoned' in next) this.decoder.abandon(next.abandoned)
        else {
          const unit = this.decoder.take(next)
          if (unit) group.push({ id: next.id, unit })
          bytes += next.texts.byteLength + auditBytes(unit)
        }
        next = this.poll()
      }
      if (group.length > 0) {
        this.post({ results: this.commit(group) })
        this.applier.audit.catchUp()
      }
      this.checkpointAfter(bytes * BYTES_OF_TEXT + bytesOfPages(group))
      next ??= this.poll()
    }
    if (next === 'close') this.close()
  }

  private poll(): ToWriter | undefined {
    return receiveMessageOnPort(this.port)?.message as ToWriter | undefined
  }

  private commit(group: Waiting[]): UnitResult[] {
    try {
      this.database.exec('BEGIN IMMEDIATE')
      const results = group.map((waiting) => this.applyOne(waiting))
      this.applier.flush()
      this.database.exec('COMMIT')
      this.applier.audit.committed()
      return results
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      this.applier.backTo(0)
      this.applier.audit.rolledBack()
      // One may be at fault and the others not: each on its own.
      if (group.length > 1) return group.flatMap((waiting) => this.commit([waiting]))
      return group.map(({ id }) => ({ id, failed: String(error) }))
    }
  }

  private applyOne({ id, unit }: Waiting): UnitResult {
    if (unit.guards.some(({ selection }) => looksForWords(selection))) this.applier.flush()
    const { mark } = this.applier
    this.database.exec('SAVEPOINT unit')
    try {
      const outcomes: Outcome[] = this.applier.apply(unit)
      this.database.exec('RELEASE unit')
      return { id, outcomes }
    } catch (error) {
      this.database.exec('ROLLBACK TO unit; RELEASE unit')
      this.applier.backTo(mark)
      if (!(error instanceof CommitRefused)) throw error
      return { id, refused: { reason: error.reason, at: error.at, current: error.current } }
    }
  }

  /** What a checkpoint cannot do now, for want of space say, the next one does: the log holds all that was answered. */
  private checkpointAfter(bytes: number): void {
    this.written += bytes
    if (this.written < CHECKPOINT_BYTES) return
    try {
      this.database.exec('PRAGMA wal_checkpoint(PASSIVE)')
      this.written = 0
    } catch {
      this.written = CHECKPOINT_BYTES / 2
    }
  }

  private close(): void {
    try {
      this.database.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      this.database.close()
    }
    this.release()
    this.port.close()
  }

  private post(message: FromWriter): void {
    this.port.postMessage(message)
  }
}

function auditBytes(unit: WriterUnit | undefined): number {
  return unit?.audit?.reduce((sum, { text, keys }) => sum + text.length + keys.length * BYTES_OF_KEY, 0) ?? 0
}

function bytesOfPages(group: readonly Waiting[]): number {
  const scattered = group.filter(({ unit: { audit, changes, state } }) => !audit || changes.length > 0 || state)
  return scattered.length * BYTES_OF_UNIT + (scattered.length < group.length ? BYTES_OF_APPENDING : 0)
}

function looksForWords(selection: Selection): boolean {
  return (selection as SqliteSelection).sql.includes('word_entry')
}

function main(port: MessagePort): void {
  try {
    const writer = new Writer(port, (workerData as { folder: string }).folder)
    port.on('message', (message: ToWriter) => writer.receive(message))
    port.postMessage({ opened: true } satisfies FromWriter)
  } catch (error) {
    const { folder } = workerData as { folder: string }
    const words = error instanceof Error ? error.message : String(error)
    const unopened = words.includes(folder) ? words : `the store in ${folder} cannot be opened: ${words}`
    port.postMessage({ unopened, inUse: error instanceof FolderInUse } satisfies FromWriter)
  }
}

if (parentPort) main(parentPort)
