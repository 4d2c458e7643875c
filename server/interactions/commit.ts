import { FhirError } from '../../resources/fhir-error.ts'
import { stamped } from '../../resources/json/stamp.ts'
import {
  type Change,
  CommitRefused,
  type Expectation,
  type Guard,
  type Outcome,
  type WriteChange,
} from '../../resources/store/port.ts'
import type { Answer, Call, Services } from '../call.ts'

/** Attempts of work that others keep overtaking; each time somebody else got through. */
const ATTEMPTS = 50

/**
 * Runs work that searches and then commits, again from the start for as long as its guards turn out to be outdated.
 * Throws `conflict` when that never ends.
 */
export async function untilCurrent<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CommitRefused && error.reason === 'outdated')) throw error
    }
  }
  throw FhirError.of('conflict', 'Others keep changing the same resources; try again.')
}

/**
 * Commits one change. Throws `precondition-failed` when its expectation does not hold, `conflict` when it was done
 * before under the same key, CommitRefused when outdated.
 */
export async function commitOne(
  change: Change,
  guards: Guard[],
  { store }: Services,
  onceKey?: string,
): Promise<Outcome> {
  try {
    const [outcome] = await store.commit({ changes: [change], guards, ...(onceKey === undefined ? {} : { onceKey }) })
    return outcome!
  } catch (error) {
    if (!(error instanceof CommitRefused)) throw error
    if (error.reason === 'repeated') throw repeated()
    throw error.reason === 'expectation' ? expectationFailed(change, error.current) : error
  }
}

/** Throws `conflict` when the work of this key was done before: sooner than the commit would. */
export async function demandNew(onceKey: string | undefined, { store }: Services): Promise<void> {
  if (onceKey !== undefined && (await store.wasDone(onceKey))) throw repeated()
}

/** The error for a request that was carried out before. */
export function repeated(): FhirError {
  return FhirError.of('conflict', 'A request with this Idempotency-Key was carried out before.', { code: 'duplicate' })
}

/** The error for a change whose expectation did not hold; `current` is the version that stands, 0 for none. */
export function expectationFailed({ type, id, expect }: Change, current: number): FhirError {
  const stands = current === 0 ? 'does not exist' : `has version ${current}`
  const wanted = typeof expect === 'object' ? `version ${expect.version} was expected` : 'it was expected not to exist'
  return FhirError.of('precondition-failed', `${type}/${id} ${stands}; ${wanted}.`)
}

/**
 * What If-Match and If-None-Match demand of a write. Several versions in If-Match are narrowed to the one that is
 * current, which the commit then insists on. Throws `precondition-failed` where none can be.
 */
export async function expectationOf(call: Call, services: Services): Promise<Expectation | undefined> {
  const { ifMatch, ifNoneMatch } = call.conditions
  if (ifNoneMatch?.includes('*')) return 'absent'
  if (!ifMatch) return undefined
  const numbers = ifMatch.filter((version) => /^[1-9]\d{0,14}$/.test(version)).map(Number)
  if (numbers.length === 1 && ifMatch.length === 1) return { version: numbers[0]! }
  const current = await services.store.read(call.type!, call.id!)
  const live = current?.text ? current.version : 0
  if (live > 0 && (ifMatch.includes('*') || numbers.includes(live))) return { version: live }
  throw FhirError.of('precondition-failed', `${call.type}/${call.id} does not have a version that If-Match names.`)
}

/** The answer to a write, with the resource as it now stands unless the client does not want it. */
export function written(change: WriteChange, outcome: Outcome, call: Call): Answer {
  const { type, id, text, metaAt } = change
  const { version, lastUpdated } = outcome
  const answer: Answer = { kind: outcome.created ? 'created' : 'ok', version: { type, id, version, lastUpdated } }
  if (call.preferReturn === 'OperationOutcome') {
    const diagnostics = `${type}/${id} was ${outcome.created ? 'created' : 'updated'} as version ${version}.`
    answer.issues = [{ severity: 'information', code: 'informational', diagnostics }]
  } else if (call.preferReturn !== 'minimal') {
    answer.text = stamped(text, metaAt, version, lastUpdated)
  }
  return answer
}
