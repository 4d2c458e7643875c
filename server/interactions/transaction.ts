import { FhirError } from '../../resources/fhir-error.ts'
import { CommitRefused, type Outcome } from '../../resources/store/port.ts'
import { bundleText } from '../bundle/bundle-text.ts'
import { type EntryChange, makeChanges } from '../bundle/changes.ts'
import type { CutBundle } from '../bundle/cut.ts'
import { named, namedAsync, readEntries, type TransactionEntry, type TransactionState } from '../bundle/entries.ts'
import { inEntry } from '../bundle/entry-error.ts'
import { settleTargets } from '../bundle/identities.ts'
import { responseEntry } from '../bundle/respond.ts'
import type { Answer, Call, Result, Services } from '../call.ts'
import { demandNew, expectationFailed, repeated, untilCurrent, written } from './commit.ts'
import { liveText } from './read.ts'

/** R4 http, transaction: all entries take effect, or none does and the error names the entry at fault. */
export async function transaction(bundle: CutBundle, call: Call, services: Services): Promise<Answer> {
  await demandNew(call.onceKey, services)
  return untilCurrent(() => attempt(bundle, call, services))
}

/** Links are rewritten in the parsed entries, so that each attempt begins with the text. */
async function attempt(bundle: CutBundle, call: Call, services: Services): Promise<Answer> {
  const state = await readEntries(bundle, call, services)
  await settleTargets(state)
  const changes = await makeChanges(state, call)
  await checkReads(state, changes)
  const outcomes = changes.length + state.guards.length > 0 ? await commit(changes, state, call.onceKey) : []
  const results = new Map<TransactionEntry, Result>()
  changes.forEach(({ entry, change }, at) => {
    results.set(entry, { answer: answerTo(change, outcomes[at]!, entry, call) })
  })
  const entries: Buffer[] = []
  for (const entry of state.entries) {
    const result = results.get(entry) ?? (await unwritten(entry, call, services))
    entries.push(responseEntry(result, services.baseUrl))
    if (state.pace.due) await state.pace.rest()
  }
  return { kind: 'ok', text: bundleText({ type: 'transaction-response', entries }) }
}

async function commit(
  changes: EntryChange[],
  { guards, services }: TransactionState,
  onceKey: string | undefined,
): Promise<Outcome[]> {
  try {
    const unit = { changes: changes.map(({ change }) => change), guards, ...(onceKey === undefined ? {} : { onceKey }) }
    return await services.store.commit(unit)
  } catch (error) {
    if (error instanceof CommitRefused && error.reason === 'repeated') throw repeated()
    if (!(error instanceof CommitRefused) || error.reason !== 'expectation') throw error
    const { change, entry } = changes[error.at]!
    // A patch without If-Match is made anew on what is current now.
    if (entry.patch && !entry.call.conditions.ifMatch) throw new CommitRefused('outdated')
    throw inEntry(expectationFailed(change, error.current), entry.at)
  }
}

/**
 * Reads are answered after the commit, when they see what it wrote; that they can be is checked before it, for an
 * entry that fails must fail all. A search is checked by parsing it.
 */
async function checkReads({ entries, services }: TransactionState, changes: EntryChange[]): Promise<void> {
  const changed = new Map(changes.map(({ change }) => [`${change.type}/${change.id}`, change.kind]))
  for (const { at, call } of entries) {
    if (call.interaction !== 'read') continue
    const kind = changed.get(`${call.type}/${call.id}`)
    if (kind === 'write') continue
    if (kind === 'delete') named(at, () => gone(call))
    await namedAsync(at, async () => liveText(await services.store.read(call.type!, call.id!), call))
  }
}

function gone({ type, id }: Call): never {
  throw FhirError.of('gone', `${type}/${id} is deleted by this transaction.`)
}

function answerTo(change: EntryChange['change'], outcome: Outcome, entry: TransactionEntry, call: Call): Answer {
  const preferReturn = call.preferReturn ?? 'minimal'
  if (change.kind === 'write') return written(change, outcome, { ...entry.call, preferReturn })
  const { version, lastUpdated } = outcome
  if (version === 0) return { kind: 'no-content' }
  return { kind: 'no-content', version: { type: change.type, id: change.id, version, lastUpdated } }
}

/** The answer for an entry that changed nothing. */
async function unwritten(
  { target, call: entryCall }: TransactionEntry,
  call: Call,
  services: Services,
): Promise<Result> {
  if (!target) return services.dispatch(entryCall)
  const existing = target.untouched === 'existing' ? await services.store.read(target.type, target.id) : undefined
  if (!existing) return { answer: { kind: 'no-content' } }
  const text = call.preferReturn === 'representation' ? existing.text : undefined
  return { answer: { kind: 'ok', version: existing, ...(text ? { text } : {}) } }
}
