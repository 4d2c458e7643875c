import { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery } from '../../search/query.ts'
import type { TransactionState } from './entries.ts'
import { OwnWrites } from './own-writes.ts'
import type { ConditionalReference } from './rewrite.ts'

/**
 * Settles the conditional references of a transaction, each distinct one by one search: among what is stored and what
 * the transaction itself writes, leaving out what it deletes or overwrites. Throws `precondition-failed` unless there
 * is exactly one match (R4 http, conditional references).
 */
export class ConditionalReferences {
  private readonly state: TransactionState
  private readonly own: OwnWrites
  private readonly found = new Map<string, Promise<string>>()

  constructor(state: TransactionState) {
    this.state = state
    this.own = new OwnWrites(state)
    for (const { draft } of state.entries) {
      for (const { type, id, existing } of draft?.targets ?? []) if (!existing) state.criteria.leaveOut(type, id)
    }
  }

  /** The reference that takes the place of a conditional one. */
  settle(reference: ConditionalReference): Promise<string> {
    const key = `${reference.type}?${reference.query}`
    let found = this.found.get(key)
    if (!found) {
      found = this.search(reference)
      this.found.set(key, found)
    }
    return found
  }

  private async search({ type, query }: ConditionalReference): Promise<string> {
    const { search, ids } = await this.state.criteria.find(type, parseQuery(query), 1)
    const written = await this.own.find(type, search.where)
    const matched = [...ids, ...written.map(({ id }) => id)]
    for (const id of ids) this.state.criteria.trace.referred.push({ type, id })
    if (matched.length === 1) return `${type}/${matched[0]}`
    const diagnostics = `${matched.length === 0 ? 'No' : 'More than one'} ${type} matches the conditional reference.`
    throw FhirError.of('precondition-failed', diagnostics, {
      code: matched.length === 0 ? 'not-found' : 'multiple-matches',
    })
  }
}
