import type { Db, MongoClient } from 'mongodb'
import { FhirError } from '../../fhir-error.ts'
import type { AuditEntry } from '../audit.ts'
import { monthOf } from '../audit-key.ts'
import { CommitRefused } from '../port.ts'
import { Lanes } from './audit-lanes.ts'
import { Recording } from './audit-recording.ts'
import type { Layout } from './layout.ts'
import { sendInOrder } from './send.ts'
import { unconfirmed, unwritable } from './trouble.ts'

/** How long before a month begins its collection is there, in ms: what is under way then is over by that time. */
const AHEAD = 60 * 60_000

/** Writes records of the audit log into the lanes of this process. */
export class AuditWriter {
  private readonly client: MongoClient
  private readonly database: Db
  private readonly layout: Layout
  private readonly lanes: Lanes

  constructor(client: MongoClient, database: Db, layout: Layout) {
    this.client = client
    this.database = database
    this.layout = layout
    this.lanes = new Lanes(database)
  }

  /**
   * Writes records by themselves, durably. No transaction is needed: the server writes them in their order, and the head of the
   * chain behind them, so that what is broken off is a chain that goes on for a while behind its head. Throws FhirError
   * `unavailable` where it cannot be learned that they are there; some may be.
   */
  append(entries: readonly AuditEntry[]): Promise<void> {
    return this.along(entries, async (recording) => {
      try {
        await sendInOrder(this.client, recording.writes([], Date.now()))
      } catch (error) {
        if (!(await this.lanes.isKept(recording.reached).catch(() => false))) throw unconfirmed(error)
      }
    })
  }

  /** Does work that writes records at each of its attempts, and rejects only when none of it was committed or nobody can know. */
  async along<T>(entries: readonly AuditEntry[], work: (recording: Recording) => Promise<T>): Promise<T> {
    await this.makeMonths()
    const lane = await this.lanes.take()
    try {
      const recording = new Recording(lane, entries, this.database.databaseName)
      const result = await work(recording)
      this.lanes.give(recording.reached)
      return result
    } catch (error) {
      if (isCertain(error)) this.lanes.give(lane)
      else this.lanes.giveUp()
      throw error
    }
  }

  /** To be called when nothing more is written. */
  leave(): Promise<void> {
    return this.lanes.leave()
  }

  private async makeMonths(): Promise<void> {
    const now = Date.now()
    await this.layout.ensureMonths([monthOf(now), monthOf(now + AHEAD)]).catch((error: unknown) => {
      throw unwritable(error)
    })
  }
}

/** Whether it is sure that nothing was committed. Of most errors it is; to look at each would gain little. */
function isCertain(error: unknown): boolean {
  return error instanceof CommitRefused || (error instanceof FhirError && error.kind === 'too-large')
}
