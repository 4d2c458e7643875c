import { Worker } from 'node:worker_threads'
import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import type { ArchivePart } from '../archive.ts'
import { CommitRefused, type Outcome, type Unit } from '../port.ts'
import { FolderInUse } from './lock.ts'
import {
  encodeUnit,
  type FromWriter,
  restoringUnit,
  type ToWriter,
  type UnitResult,
  type WriterUnit,
  writerUnit,
} from './message.ts'

interface Waiting {
  resolve(outcomes: Outcome[]): void
  reject(error: Error): void
}

/** After a commit failed, the store says so for this long, in ms; then the next one may show that it is well again. */
const UNWELL = 5_000

/** The writer thread as the other threads see it. */
export class Writer {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private readonly ended: Promise<void>
  private readonly onDown: (reason: string) => void
  private lastId = 0
  private lastFailure = 0
  private closing = false
  private down: string | undefined

  private constructor(worker: Worker, onDown: (reason: string) => void) {
    this.worker = worker
    this.onDown = onDown
    this.ended = new Promise((resolve) => worker.once('exit', () => resolve()))
    worker.on('message', (message: FromWriter) => {
      if ('results' in message) for (const result of message.results) this.settle(result)
    })
    worker.on('error', (error) => this.fail(String(error)))
    worker.on('exit', () => this.fail('the writer thread has ended'))
  }

  /**
   * Starts the thread on a folder; rejects when the database there cannot be opened, with FolderInUse when another
   * process has it. `onDown` is told when the thread ends by itself.
   */
  static async open(folder: string, onDown: (reason: string) => void): Promise<Writer> {
    const worker = new Worker(new URL('writer-thread.ts', import.meta.url), { workerData: { folder } })
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (message: FromWriter) => {
        if (!('unopened' in message)) resolve()
        else reject(message.inUse ? new FolderInUse(folder) : new Error(message.unopened))
      })
    })
    return new Writer(worker, onDown)
  }

  get ready(): boolean {
    return this.down === undefined && Date.now() - this.lastFailure > UNWELL
  }

  async commit(unit: Unit): Promise<Outcome[]> {
    return this.send(writerUnit(unit))
  }

  /** See `Archive.restore`. */
  async restore(part: ArchivePart): Promise<void> {
    await this.send(restoringUnit(part))
  }

  /** See `AuditLog.drop`. */
  async dropMonth(month: string): Promise<void> {
    await this.send({ changes: [], guards: [], dropMonth: month })
  }

  private async send(unit: WriterUnit): Promise<Outcome[]> {
    const id = ++this.lastId
    const pace = new Pace()
    try {
      for (const part of encodeUnit(id, unit)) {
        if (pace.due) await pace.rest()
        if (this.down !== undefined) throw unavailable(this.down)
        this.worker.postMessage(part, [part.texts.buffer])
      }
    } catch (error) {
      this.worker.postMessage({ abandoned: id } satisfies ToWriter)
      throw error
    }
    if (this.down !== undefined) throw unavailable(this.down)
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }))
  }

  /** Lets the thread finish what it was given, then ends it. */
  async close(): Promise<void> {
    this.closing = true
    if (this.down === undefined) this.worker.postMessage('close')
    await this.ended
  }

  private settle(result: UnitResult): void {
    const waiting = this.waiting.get(result.id)
    if (!waiting) return
    this.waiting.delete(result.id)
    if ('outcomes' in result) waiting.resolve(result.outcomes)
    else if ('refused' in result) {
      waiting.reject(new CommitRefused(result.refused.reason, result.refused.at, result.refused.current))
    } else {
      this.lastFailure = Date.now()
      waiting.reject(unavailable(result.failed))
    }
  }

  private fail(reason: string): void {
    if (this.down !== undefined) return
    this.down = reason
    for (const waiting of this.waiting.values()) waiting.reject(unavailable(reason))
    this.waiting.clear()
    if (!this.closing) this.onDown(reason)
  }
}

function unavailable(detail: string): FhirError {
  const diagnostics = 'The store cannot write at the moment; nothing was changed.'
  return new FhirError('unavailable', [{ severity: 'error', code: 'transient', diagnostics }], detail)
}
