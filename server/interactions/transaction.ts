import { FhirError } from '../../resources/fhir-error.ts'
import type { Change, Outcome } from '../../resources/store/port.ts'
import { Deferred } from '../audit/deferred.ts'
import { recorded } from '../audit/record-call.ts'
import { AnswerBudget } from '../bundle/answer-budget.ts'
import { answerEntry } from '../bundle/answer-entry.ts'
import { bundleText } from '../bundle/bundle-text.ts'
import type { CutBundle } from '../bundle/cut.ts'
import { readEntries, type TransactionEntry, type TransactionState } from '../bundle/entries.ts'
import { namedLater, ofTransaction } from '../bundle/entry-error.ts'
import { responseEntry } from '../bundle/respond.ts'
import { rewriteEntries } from '../bundle/rewrite-entries.ts'
import { settleTargets } from '../bundle/targets.ts'
import type { Answer, Result, Services, TracedCall } from '../call.ts'
import { answerTo } from '../write/answer.ts'
import { changesOf } from '../write/changes.ts'
import { demandNew, ExpectationFailed, untilCurrent } from '../write/commit.ts'
import { commitOnRecord } from '../write/commit-on-record.ts'
import { WRITE_ORDER } from '../write/draft.ts'
import { Rights } from '../write/rights.ts'
import { subsetOf } from './subset.ts'

/** R4 http, transaction: all entries take effect, or none does and the error names the entry at fault. */
export async function transaction(bundle: CutBundle, call: TracedCall, services: Services): Promise<Answer> {
  await demandNew(call.onceKey, services)
  return untilCurrent(() => attempt(bundle, call, services))
}

/** The changes of one entry, and where in the unit they begin. */
interface EntryChanges {
  entry: TransactionEntry
  changes: Change[]
  start: number
}

/** Links are rewritten in the parsed entries, so that each attempt begins with the text. */
async function attempt(bundle: CutBundle, call: TracedCall, services: Services): Promise<Answer> {
  call.trace.restart()
  const state = await readEntries(bundle, call, services)
  await settleTargets(state)
  await rewriteEntries(state)
  const writes = await makeChanges(state, call)
  await checkReads(state, writes)
  const outcomes = await commitAll(writes, state, call)
  return {
    kind: 'ok',
    text: bundleText({ type: 'transaction-response', entries: await answers(state, writes, outcomes, call) }),
  }
}

/** The answers to all entries, after the commit. What they show beyond what was written has records of its own. */
async function answers(
  state: TransactionState,
  writes: readonly EntryChanges[],
  outcomes: readonly Outcome[],
  call: TracedCall,
): Promise<Buffer[]> {
  const { services } = state
  const results = new Map<TransactionEntry, Result>()
  const budget = new AnswerBudget()
  const deferred = new Deferred()
  for (const { entry, changes, start } of writes) {
    const own = outcomes.slice(start, start + changes.length)
    const preferReturn = call.preferReturn ?? 'minimal'
    entry.call.deferred = deferred
    entry.call.trace.isRecorded = !entry.draft!.targets[0]?.existing
    const answer = async () => ({ answer: await answerTo(entry.draft!, changes, own, preferReturn, services) })
    results.set(entry, await budget.run(entry.call, async () => recorded(entry.call, await answer(), services)))
    if (state.pace.due) await state.pace.rest()
  }
  for (const entry of state.entries) {
    if (results.has(entry)) continue
    entry.call.deferred = deferred
    results.set(entry, await answerEntry(entry.call, budget, services))
    if (state.pace.due) await state.pace.rest()
  }
  const refusal = await deferred.record(services.audit)
  const entries: Buffer[] = []
  for (const entry of state.entries) {
    const result = refusal && deferred.has(entry.call) ? { error: refusal } : results.get(entry)!
    entries.push(responseEntry(result, services.baseUrl))
    if (state.pace.due) await state.pace.rest()
  }
  return entries
}

async function makeChanges(
  { entries, services, pace, criteria }: TransactionState,
  { access, trace }: TracedCall,
): Promise<EntryChanges[]> {
  const rights = new Rights(access, services, criteria.guards)
  const writes: EntryChanges[] = []
  let start = 0
  for (const interaction of WRITE_ORDER) {
    for (const entry of entries) {
      if (entry.call.interaction !== interaction) continue
      const changes = await namedLater(entry.at, () => changesOf(entry.draft!, services, rights, trace))
      writes.push({ entry, changes, start })
      start += changes.length
      if (pace.due) await pace.rest()
    }
  }
  for (const { entry, changes } of writes) {
    for (const change of changes) await namedLater(entry.at, () => rights.demand(change))
    if (pace.due) await pace.rest()
  }
  return writes
}

async function commitAll(
  writes: readonly EntryChanges[],
  { criteria, services }: TransactionState,
  call: TracedCall,
): Promise<Outcome[]> {
  const changes = writes.flatMap((write) => write.changes)
  try {
    const { onceKey } = call
    const unit = { changes, guards: criteria.guards, ...(onceKey === undefined ? {} : { onceKey }) }
    return await commitOnRecord(call, unit, services, criteria.madeBy)
  } catch (error) {
    if (!(error instanceof ExpectationFailed)) throw error
    const failed = writes.findLast(({ start }) => start <= error.at)
    throw ofTransaction(error, failed?.entry.at ?? 0)
  }
}

/**
 * Reads are answered after the commit, when they see what it wrote. That they can be is tried before it, for an entry
 * that fails must fail all: the read itself or, of what this transaction writes, its parameters.
 */
async function checkReads(
  { entries, services, pace }: TransactionState,
  writes: readonly EntryChanges[],
): Promise<void> {
  const reads = entries.filter(({ draft }) => !draft)
  if (reads.length === 0) return
  const changes = writes.flatMap((write) => write.changes)
  const written = new Map(changes.map(({ type, id, kind }) => [`${type}/${id}`, kind]))
  const budget = new AnswerBudget()
  for (const { at, call } of reads) {
    const kind = call.interaction === 'read' ? written.get(`${call.type}/${call.id}`) : undefined
    await namedLater(at, async () => {
      if (kind === 'delete') throw FhirError.of('gone', `${call.type}/${call.id} is deleted by this transaction.`)
      if (kind === 'write') subsetOf(call.query)
      // What is past the budget is not read after the commit either.
      else if (!budget.isSpent) await tryRead(call, services, budget)
    })
    if (pace.due) await pace.rest()
  }
}

async function tryRead(call: TracedCall, services: Services, budget: AnswerBudget): Promise<void> {
  const { error } = await budget.run(call, () => services.dispatch({ ...call, isTrial: true }))
  if (error && !budget.isSpent) throw error
}
