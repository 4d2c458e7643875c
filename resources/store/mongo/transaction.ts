import { setTimeout } from 'node:timers/promises'
import {
  type ClientSession,
  type MongoClient,
  MongoServerError,
  MongoWriteConcernError,
  type TransactionOptions,
} from 'mongodb'
import { FhirError } from '../../fhir-error.ts'
import { CommitRefused } from '../port.ts'
import { endLost, isLoss, noteLost } from './lost.ts'
import { hasLabel, isConflict, isTooLarge, tooLargeUnit, unconfirmed, unwritable } from './trouble.ts'

const OPTIONS: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
}

/** How long a transaction is begun again, and its commit asked for again, in ms. */
const RETRY_TIME = 10_000

/** A transaction that was at it for so long, in ms, and is gone on the server was ended for its age. */
const OLD_AGE = 50_000

/** Pauses before another attempt, in ms: the first and the longest are up to these. */
const FIRST_PAUSE = 10
const LONGEST_PAUSE = 500

/**
 * Does some work in a transaction, all or nothing, durably on the majority of the members. `work` is done anew when others
 * came between; `attempt` counts from 0. What it throws otherwise ends it.
 *
 * Throws FhirError `too-large` when it is more than a transaction can take, and `unavailable` when others keep coming
 * between, when the server cannot be reached, or when it did not tell in time whether it committed.
 */
export async function inTransaction<T>(
  client: MongoClient,
  work: (session: ClientSession, attempt: number) => Promise<T>,
): Promise<T> {
  await endLost(client)
  const session = client.startSession()
  const end = Date.now() + RETRY_TIME
  try {
    for (let attempt = 0; ; attempt++) {
      const begun = Date.now()
      try {
        session.startTransaction(OPTIONS)
        const result = await work(session, attempt)
        await commit(client, session)
        return result
      } catch (error) {
        if (session.inTransaction()) await session.abortTransaction().catch(() => undefined)
        const told = refusal(error, Date.now() - begun, Date.now() > end)
        if (told && isLoss(error)) noteLost(client, session)
        if (told) throw told
      }
      await pause(attempt)
    }
  } finally {
    await session.endSession().catch(() => undefined)
  }
}

/** What callers are told; undefined where the transaction may be begun again. */
function refusal(error: unknown, took: number, late: boolean): Error | undefined {
  if (error instanceof CommitRefused || error instanceof FhirError) return error
  const again = hasLabel(error, 'TransientTransactionError') || isConflict(error)
  if (isTooLarge(error) || (again && took > OLD_AGE)) return tooLargeUnit()
  // Who holds what is written for so long may be dead, and is held to be at work for a minute.
  return again && !late ? undefined : unwritable(error)
}

/** Asks for the commit until it is known what became of it: a commit that was done is answered as such once more. */
async function commit(client: MongoClient, session: ClientSession): Promise<void> {
  const end = Date.now() + RETRY_TIME
  for (let attempt = 0; ; attempt++) {
    try {
      return await session.commitTransaction()
    } catch (error) {
      if (hasLabel(error, 'TransientTransactionError') || (attempt === 0 && isDenial(error))) throw error
      if (Date.now() > end) {
        if (isLoss(error)) noteLost(client, session)
        throw unconfirmed(error)
      }
    }
    await pause(attempt)
  }
}

/** Whether the server says that it did not commit. What it says of the majority, it says of what it has committed. */
function isDenial(error: unknown): boolean {
  if (!(error instanceof MongoServerError) || error instanceof MongoWriteConcernError) return false
  return !hasLabel(error, 'UnknownTransactionCommitResult')
}

/** Racers that were thrown back together do not come back together. */
async function pause(attempt: number): Promise<void> {
  await setTimeout(Math.random() * Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE))
}
