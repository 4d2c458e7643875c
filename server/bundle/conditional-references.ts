import { FhirError } from '../../resources/fhir-error.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import { parseQuery } from '../../search/query.ts'
import type { Search } from '../../search/searcher.ts'
import type { Call } from '../call.ts'
import { conditionalSearch, matchCriteria } from '../interactions/criteria.ts'
import type { TransactionEntry, TransactionState } from './entries.ts'
import type { ConditionalReference } from './rewrite.ts'

/**
 * Settles the conditional references of a transaction, each distinct one by one search: among what is stored and what
 * the transaction itself writes, leaving out what it deletes or overwrites. Throws `precondition-failed` unless there
 * is exactly one match (R4 http, conditional references).
 */
export class ConditionalReferences {
  private readonly state: TransactionState
  private readonly call: Call
  private readonly found = new Map<string, Promise<string>>()
  private readonly writes = new Map<string, TransactionEntry[]>()
  private readonly touched = new Set<string>()
  private readonly indexed = new Map<TransactionEntry, IndexEntry[]>()

  constructor(state: TransactionState, call: Call) {
    this.state = state
    this.call = call
    for (const entry of state.entries) {
      const { target } = entry
      if (!target || target.untouched) continue
      this.touched.add(`${target.type}/${target.id}`)
      if (!entry.resource) continue
      const others = this.writes.get(target.type)
      if (others) others.push(entry)
      else this.writes.set(target.type, [entry])
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
    const { services, guards } = this.state
    const search = conditionalSearch(type, parseQuery(query), this.call.access, services)
    const touched = [...this.touched].filter((reference) => reference.startsWith(`${type}/`))
    const { found, guard } = await matchCriteria(search, services, 2 + touched.length)
    guards.push(guard)
    const stored = found.map(({ id }) => `${type}/${id}`).filter((reference) => !this.touched.has(reference))
    const matched = [...stored, ...this.written(search)]
    if (matched.length === 1) return matched[0]!
    const diagnostics = `${matched.length === 0 ? 'No' : 'More than one'} ${type} matches the conditional reference.`
    throw FhirError.of('precondition-failed', diagnostics, {
      code: matched.length === 0 ? 'not-found' : 'multiple-matches',
    })
  }

  private written({ type, where }: Search): string[] {
    return (this.writes.get(type) ?? [])
      .filter((entry) => {
        const facts = { id: entry.target!.id, lastUpdated: Date.now(), entries: this.entriesOf(type, entry) }
        return matches(where, facts)
      })
      .map(({ target }) => `${target!.type}/${target!.id}`)
  }

  private entriesOf(type: string, entry: TransactionEntry): IndexEntry[] {
    let entries = this.indexed.get(entry)
    if (!entries) {
      entries = indexEntries(type, entry.resource!.value, this.state.services.baseUrl)
      this.indexed.set(entry, entries)
    }
    return entries
  }
}
