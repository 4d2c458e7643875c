import { FhirError } from '../../resources/fhir-error.ts'
import { ID_PATTERN } from '../../resources/references.ts'
import { parseQuery } from '../../search/query.ts'
import { conditionalSearch, matchCriteria, severalMatch } from '../interactions/criteria.ts'
import { newId } from '../interactions/prepare.ts'
import { checkId, conditionalTarget } from '../interactions/update.ts'
import { namedAsync, type Target, type TransactionEntry, type TransactionState } from './entries.ts'

/** Order in which a transaction acts (R4 http, transaction processing rules). */
const ORDER = ['delete', 'create', 'update', 'patch'] as const

/**
 * Settles which resource each entry is about: ids are given, criteria of conditional interactions are searched, each
 * such search guarded. Throws when two entries are about the same resource.
 */
export async function settleTargets(state: TransactionState): Promise<void> {
  const taken = new Map<string, number>()
  const deleted = new Set<string>()
  for (const interaction of ORDER) {
    for (const entry of state.entries) {
      if (entry.call.interaction !== interaction) continue
      const target = await namedAsync(entry.at, () => targetOf(entry, state, deleted))
      entry.target = target
      if (target.untouched) continue
      const key = `${target.type}/${target.id}`
      const other = taken.get(key)
      if (other !== undefined) throw sameTarget(entry.at, other)
      taken.set(key, entry.at)
      if (interaction === 'delete') deleted.add(key)
    }
  }
  refuseTwins(state.entries)
}

async function targetOf(entry: TransactionEntry, state: TransactionState, deleted: Set<string>): Promise<Target> {
  const { call } = entry
  const type = call.type!
  if (call.interaction === 'create') {
    if (call.conditions.ifNoneExist === undefined) return { type, id: newId() }
    const existing = await search(entry, call.conditions.ifNoneExist, state, deleted)
    return existing === undefined ? { type, id: newId() } : { type, id: existing, untouched: 'existing' }
  }
  if (call.id !== undefined) {
    if (entry.resource) checkId(call.id, entry.resource)
    else if (!ID_PATTERN.test(call.id)) throw FhirError.of('not-found', 'The id is not a valid id.')
    return { type, id: call.id }
  }
  const matched = await search(entry, undefined, state, deleted)
  if (entry.resource) {
    const { id, isNew } = conditionalTarget(type, matched, entry.resource)
    return { type, id, ...(isNew ? { mustBeNew: true } : {}) }
  }
  if (matched === undefined && call.interaction === 'patch') {
    throw FhirError.of('not-found', `No ${type} matches the criteria.`)
  }
  return matched === undefined ? { type, id: '', untouched: 'nothing' } : { type, id: matched }
}

/** What the criteria match, leaving out what the same transaction deletes first. */
async function search(
  { call }: TransactionEntry,
  criteria: string | undefined,
  { services, guards }: TransactionState,
  deleted: Set<string>,
): Promise<string | undefined> {
  const type = call.type!
  const query = criteria === undefined ? call.query : parseQuery(criteria)
  const wanted = conditionalSearch(type, query, call.access, services)
  const { found, guard } = await matchCriteria(wanted, services, 2 + deleted.size)
  guards.push(guard)
  const left = found.filter(({ id }) => !deleted.has(`${type}/${id}`))
  if (left.length > 1) throw severalMatch(type)
  return left[0]?.id
}

function sameTarget(at: number, other: number): FhirError {
  return FhirError.of('invalid', `Entries ${other} and ${at} are about the same resource.`, {
    expression: `Bundle.entry[${at}]`,
  })
}

/** Two conditional creates with the same criteria would each find nothing, and make two. */
function refuseTwins(entries: TransactionEntry[]): void {
  const seen = new Map<string, number>()
  for (const { at, call, target } of entries) {
    if (call.interaction !== 'create' || call.conditions.ifNoneExist === undefined || target?.untouched) continue
    const key = `${call.type}?${call.conditions.ifNoneExist}`
    const other = seen.get(key)
    if (other !== undefined) throw sameTarget(at, other)
    seen.set(key, at)
  }
}
