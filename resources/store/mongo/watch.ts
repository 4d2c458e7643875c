import { setTimeout } from 'node:timers/promises'
import type { ChangeStream, Collection } from 'mongodb'
import type { VersionDocument } from './document.ts'

/** ms between two looks where the server gives no stream of changes, or has ended it. */
const POLL = 2_000

/**
 * Calls back when a version of a resource of the type was committed, and whenever it cannot be known that none was: each time
 * a stream of changes begins or cannot be had. What it returns ends that.
 */
export function watchType(versions: Collection<VersionDocument>, type: string, onChange: () => void) {
  const watched = new Watched(versions, type, onChange)
  const ended = watched.run()
  return async () => {
    await watched.stop()
    await ended
  }
}

class Watched {
  private readonly versions: Collection<VersionDocument>
  private readonly type: string
  private readonly onChange: () => void
  private readonly stopped = new AbortController()
  private stream: ChangeStream | undefined

  constructor(versions: Collection<VersionDocument>, type: string, onChange: () => void) {
    this.versions = versions
    this.type = type
    this.onChange = onChange
  }

  async run(): Promise<void> {
    const { signal } = this.stopped
    while (!signal.aborted) {
      await this.follow().catch(() => this.stopped.signal.aborted || this.onChange())
      await this.stream?.close().catch(() => undefined)
      await setTimeout(POLL, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.stream?.close().catch(() => undefined)
  }

  /** Follows one stream until it ends. The driver resumes it after failures that do not lose a change. */
  private async follow(): Promise<void> {
    const wanted = { $match: { operationType: 'insert', 'fullDocument.type': this.type } }
    this.stream = this.versions.watch([wanted, { $project: { _id: 1 } }])
    // The server begins to look when it is first asked: what came before is for the callback to find.
    await this.stream.tryNext()
    if (this.stopped.signal.aborted) return
    this.onChange()
    while (!this.stopped.signal.aborted) {
      await this.stream.next()
      this.onChange()
    }
  }
}
