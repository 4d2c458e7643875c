import { Worker } from 'node:worker_threads'
import { OutOfTime } from './deadline.ts'
import type { Answered, Ask } from './queries.ts'
import type { Request, Response } from './search-thread.ts'

/** Searches that wait for the thread at the most: each holds a request. */
const MOST_WAITING = 64

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** A thread for searches that take long, started when the first one comes. It makes them one after the other. */
export class LongSearches {
  private readonly path: string
  private readonly waiting = new Map<number, Waiting>()
  private worker: Worker | undefined
  private last = 0

  constructor(path: string) {
    this.path = path
  }

  /** Makes a search within so many ms. Rejects with OutOfTime, when it cannot or too many others wait. */
  answer<A extends Ask>(ask: A, ms: number): Promise<Answered<A>> {
    if (this.waiting.size >= MOST_WAITING) return Promise.reject(new OutOfTime())
    this.worker ??= this.start()
    const id = ++this.last
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
      this.worker?.postMessage({ id, ask, ms } satisfies Request)
    })
  }

  private start(): Worker {
    const worker = new Worker(new URL('search-thread.ts', import.meta.url), { workerData: { path: this.path } })
    worker.on('message', (response: Response) => this.settle(response))
    worker.on('error', (error) => this.fail(worker, error as Error))
    worker.on('exit', () => this.fail(worker, new Error('the search thread ended')))
    // It must not keep a process alive that has nothing else to do.
    worker.unref()
    return worker
  }

  private settle(response: Response): void {
    const waiting = this.waiting.get(response.id)
    this.waiting.delete(response.id)
    if ('result' in response) waiting?.resolve(response.result)
    else waiting?.reject('outOfTime' in response ? new OutOfTime() : new Error(response.failed))
  }

  /** The next search starts another thread. */
  private fail(worker: Worker, error: Error): void {
    if (this.worker !== worker) return
    this.worker = undefined
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
