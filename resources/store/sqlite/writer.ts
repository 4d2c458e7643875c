import { Worker } from 'node:worker_threads'
import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import { CommitRefused, type Outcome, type Unit } from '../port.ts'
import { encodeUnit, type FromWriter, type UnitResult } from './message.ts'

interface Waiting {
  resolve(outcomes: Outcome[]): void
  reject(error: Error): void
}

/** The writer thread as the other threads see it. */
export class Writer {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private readonly closed: Promise<void>
  private lastId = 0
  private down: string | undefined

  private constructor(worker: Worker) {
    this.worker = worker
    this.closed = new Promise((resolve) => worker.once('exit', () => resolve()))
    worker.on('message', (message: FromWriter) => {
      if ('results' in message) for (const result of message.results) this.settle(result)
    })
    worker.on('error', (error) => this.fail(String(error)))
    worker.on('exit', () => this.fail('the writer thread has ended'))
  }

  /** Starts the thread on a folder; rejects with the reason when the database there cannot be opened. */
  static async open(folder: string): Promise<Writer> {
    const worker = new Worker(new URL('writer-thread.ts', import.meta.url), { workerData: { folder } })
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('message', (message: FromWriter) => {
        if ('unopened' in message) reject(new Error(message.unopened))
        else resolve()
      })
    })
    return new Writer(worker)
  }

  get ready(): boolean {
    return this.down === undefined
  }

  async commit(unit: Unit): Promise<Outcome[]> {
    const id = ++this.lastId
    const pace = new Pace()
    for (const part of encodeUnit(id, unit)) {
      if (pace.due) await pace.rest()
      if (this.down !== undefined) throw unavailable(this.down)
      this.worker.postMessage(part, [part.texts.buffer])
    }
    if (this.down !== undefined) throw unavailable(this.down)
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }))
  }

  /** Lets the thread finish what it was given, then ends it. */
  async close(): Promise<void> {
    if (this.down === undefined) this.worker.postMessage('close')
    await this.closed
  }

  private settle(result: UnitResult): void {
    const waiting = this.waiting.get(result.id)
    if (!waiting) return
    this.waiting.delete(result.id)
    if ('outcomes' in result) waiting.resolve(result.outcomes)
    else if ('refused' in result) {
      waiting.reject(new CommitRefused(result.refused.reason, result.refused.at, result.refused.current))
    } else waiting.reject(unavailable(result.failed))
  }

  private fail(reason: string): void {
    this.down ??= reason
    for (const waiting of this.waiting.values()) waiting.reject(unavailable(reason))
    this.waiting.clear()
  }
}

function unavailable(detail: string): FhirError {
  const diagnostics = 'The store cannot write at the moment; nothing was changed.'
  return new FhirError('unavailable', [{ severity: 'error', code: 'transient', diagnostics }], detail)
}
