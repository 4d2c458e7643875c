import type { Deed } from '../../auth/audit/deed.ts'
import { makeHeads } from '../../auth/audit/heads.ts'
import type { Store } from '../../resources/store/port.ts'
import { Turn } from '../jobs/turn.ts'
import type { Recorder } from './recorder.ts'
import { archiveDue, type Retention } from './retention.ts'

/** ms between two looks whether a day is over, or a month is old enough. */
const INTERVAL = 15 * 60_000

/** ms from the start to the first look. */
const FIRST = 30_000

/** What the audit log is looked after with. */
export interface Kept {
  store: Store
  audit: Recorder
  retention: Retention
}

/**
 * Signs the head of each day when it is over, and archives months that are old enough. Of several processes on a store one
 * does it.
 */
export class AuditUpkeep {
  /** Told what keeps it from its work; the next look tries again. */
  onFailure: (error: unknown) => void = () => undefined
  private readonly kept: Kept
  private readonly turn: Turn
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined
  private readonly closing = new AbortController()

  constructor(kept: Kept) {
    this.kept = kept
    this.turn = new Turn(kept.store.shared, 'audit')
  }

  /** Looks when the server has found its feet, and from then on. */
  start(): void {
    this.timer = setTimeout(() => {
      this.timer = setInterval(() => void this.look(), INTERVAL).unref()
      void this.look()
    }, FIRST).unref()
  }

  /** One look at a time; resolves when it is over. Never rejects. */
  look(now = Date.now()): Promise<void> {
    this.looking ??= this.work(now)
      .catch((error) => {
        if (!this.closing.signal.aborted) this.onFailure(error)
      })
      .finally(() => {
        this.looking = undefined
      })
    return this.looking
  }

  /** Breaks off what goes on: it is done again. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    this.closing.abort()
    await this.looking
  }

  private async work(now: number): Promise<void> {
    const { signal } = this.closing
    if (signal.aborted || !(await this.turn.take())) return
    try {
      const { store, audit, retention } = this.kept
      await makeHeads(store, now, signal)
      for await (const { month } of archiveDue(store, retention, now, signal)) await audit.record([archived(month)])
    } finally {
      await this.turn.give()
    }
  }
}

/** The deed of archiving a month. */
export function archived(month: string, by = 'server'): Deed {
  return {
    at: Date.now(),
    kind: 'application',
    code: 'audit-archived',
    action: 'D',
    outcome: '0',
    told: month,
    agent: { system: by },
  }
}
