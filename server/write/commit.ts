import { setTimeout } from 'node:timers/promises'
import { FhirError } from '../../resources/fhir-error.ts'
import { type Change, CommitRefused, type Outcome, type Unit } from '../../resources/store/port.ts'
import type { Services } from '../call.ts'

/** Attempts of work that others keep overtaking; each time somebody else got through. */
const ATTEMPTS = 50

/** From this attempt on, a random pause of so many ms at the most lets the others get out of the way. */
const POLITE = 3
const PAUSE = 20

/**
 * Runs work that reads and then commits, again from the start for as long as what it read turns out to be outdated.
 * Throws `conflict` when that never ends.
 */
export async function untilCurrent<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > POLITE) await setTimeout(Math.random() * PAUSE)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CommitRefused && error.reason === 'outdated')) throw error
    }
  }
  throw FhirError.of('conflict', 'Others keep changing the same resources; try again.')
}

/** A commit that was refused because a change's expectation did not hold. `at` is the change's place in the unit. */
export class ExpectationFailed extends FhirError {
  readonly at: number
  private readonly change: Change
  private readonly current: number

  constructor(at: number, change: Change, current: number) {
    const { type, id, expect } = change
    const stands = current === 0 ? 'does not exist' : `has version ${current}`
    const wanted =
      typeof expect === 'object' ? `version ${expect.version} was expected` : 'it was expected not to exist'
    const diagnostics = `${type}/${id} ${stands}; ${wanted}.`
    super('precondition-failed', [{ severity: 'error', code: 'conflict', diagnostics }])
    this.at = at
    this.change = change
    this.current = current
  }

  /** The same, with the place that the change has among others. */
  among(changes: readonly Change[]): ExpectationFailed {
    return new ExpectationFailed(changes.indexOf(this.change), this.change, this.current)
  }
}

/** Searchable values that one unit writes at the most. */
const MOST_VALUES = 1_000_000

/**
 * Commits changes as one unit. `madeBy`: the version of the registry that its index entries were made by. Throws
 * `too-large` for more than the writer takes at a time, ExpectationFailed, `conflict` when the unit was committed before
 * under its key, and CommitRefused when what it rests on is outdated.
 */
export async function commit(unit: Unit, services: Services, madeBy: number): Promise<Outcome[]> {
  const values = unit.changes.reduce((sum, change) => sum + (change.kind === 'write' ? change.entries.length : 0), 0)
  if (values > MOST_VALUES) {
    const words = `What is written holds more than ${MOST_VALUES} searchable values; all who write would wait for it.`
    throw FhirError.of('too-large', words, { code: 'too-costly' })
  }
  if (unit.changes.length === 0 && unit.guards.length === 0 && !unit.state?.length && !unit.audit?.length) return []
  // The reindex that a change of the parameters starts would not see what comes in behind its back.
  if (services.parameters.version !== madeBy) throw new CommitRefused('outdated')
  try {
    const outcomes = await services.underWay.of(services.store.commit(unit))
    services.committed(unit.changes, outcomes)
    return outcomes
  } catch (error) {
    if (!(error instanceof CommitRefused)) throw error
    if (error.reason === 'repeated') throw repeated()
    throw error.reason === 'expectation'
      ? new ExpectationFailed(error.at, unit.changes[error.at]!, error.current)
      : error
  }
}

/** Throws `conflict` when the work of this key was done before: sooner than the commit would. */
export async function demandNew(onceKey: string | undefined, { store }: Services): Promise<void> {
  if (onceKey !== undefined && (await store.wasDone(onceKey))) throw repeated()
}

function repeated(): FhirError {
  return FhirError.of('conflict', 'A request with this Idempotency-Key was carried out before.', { code: 'duplicate' })
}
