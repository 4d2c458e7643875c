import type { Interaction } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { countMembers } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import { deedOfCall } from '../audit/deed-of-call.ts'
import { Deferred } from '../audit/deferred.ts'
import { AnswerBudget } from '../bundle/answer-budget.ts'
import { answerEntry } from '../bundle/answer-entry.ts'
import { bundleText } from '../bundle/bundle-text.ts'
import { type CutBundle, checkEntry, checkMembers, type EntryDocument, parseEntry } from '../bundle/cut.ts'
import { documentOf, takesParameters } from '../bundle/entries.ts'
import { inEntry } from '../bundle/entry-error.ts'
import { callOf } from '../bundle/request.ts'
import { responseEntry } from '../bundle/respond.ts'
import type { Answer, Call, Result, Services, TracedCall } from '../call.ts'
import { issuerOf } from '../issuer.ts'
import { takePatch } from '../write/patched.ts'

/** Entries under way at once, so that their commits can share a sync. */
const CONCURRENT = 32

/** When each kind of entry has its turn (R4 http, batch: the order of transactions). */
const PHASES: Record<Interaction, 0 | 1 | 2 | 3> = {
  delete: 0,
  create: 1,
  update: 2,
  patch: 2,
  read: 3,
  vread: 3,
  'search-type': 3,
  'search-system': 3,
  'history-instance': 3,
  'history-type': 3,
  'history-system': 3,
  capabilities: 3,
  operation: 3,
  bundle: 3,
}

/** R4 http, batch: each entry for itself; what fails stands in its `response.outcome`. */
export async function batch(bundle: CutBundle, call: TracedCall, services: Services): Promise<Answer> {
  const pace = new Pace()
  const calls: (Call | FhirError)[] = []
  const deferred = new Deferred()
  let members = 0
  for (const cut of bundle.entries) {
    const entry = parseEntry(cut)
    members += countMembers(entry.value)
    const read = readEntry(entry, calls.length, call, services)
    if (!(read instanceof FhirError)) read.deferred = deferred
    calls.push(read)
    if (pace.due) await pace.rest()
  }
  checkMembers(bundle, members)
  const results = new Map<number, Result>()
  const budget = new AnswerBudget()
  for (const phase of [0, 1, 2, 3]) await runPhase(phase, { calls, results, services, budget })
  deferUnread(calls, call, deferred, services)
  const refusal = await deferred.record(services.audit)
  // Each entry is on record by itself.
  call.trace.isRecorded = calls.length > 0
  const entries: Buffer[] = []
  for (const at of calls.keys()) {
    const entryCall = calls[at]!
    const result = refusal && deferred.has(entryCall) ? { error: refusal } : results.get(at)!
    entries.push(responseEntry(result.error ? { error: inEntry(result.error, at) } : result, services.baseUrl))
    if (pace.due) await pace.rest()
  }
  return { kind: 'ok', text: bundleText({ type: 'batch-response', entries }) }
}

function readEntry(entry: EntryDocument, at: number, batchCall: Call, services: Services): Call | FhirError {
  try {
    checkEntry(entry)
    const call = callOf(entry.value.request, batchCall, services.baseUrl)
    if (call.interaction === 'patch') takePatch(call, documentOf(entry))
    else if (takesParameters(call, entry)) call.document = documentOf(entry)
    else if (call.interaction === 'create' || call.interaction === 'update') call.document = documentOf(entry)
    if (batchCall.onceKey !== undefined) call.onceKey ??= `${batchCall.onceKey}#${at}`
    call.preferReturn = batchCall.preferReturn ?? 'minimal'
    return call
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    return error
  }
}

/** What could not be read as a call is on record all the same: once for each kind of fault. */
function deferUnread(
  calls: readonly (Call | FhirError)[],
  call: TracedCall,
  deferred: Deferred,
  { config, baseUrl }: Services,
): void {
  const unread = Map.groupBy(
    calls.filter((one) => one instanceof FhirError),
    ({ kind }) => kind,
  )
  for (const [, errors] of unread) {
    const deed = deedOfCall(call, { issuer: issuerOf(config), base: baseUrl, error: errors[0] })
    deferred.add(errors, { ...deed, times: errors.length })
  }
}

interface BatchUnderWay {
  calls: readonly (Call | FhirError)[]
  results: Map<number, Result>
  services: Services
  budget: AnswerBudget
}

async function runPhase(phase: number, { calls, results, services, budget }: BatchUnderWay): Promise<void> {
  const pace = new Pace()
  const queue = calls.entries()
  const work = async (): Promise<void> => {
    for (const [at, call] of queue) {
      if (call instanceof FhirError) results.set(at, { error: call })
      else if (PHASES[call.interaction] === phase) {
        results.set(at, await answerEntry(call, budget, services))
        if (pace.due) await pace.rest()
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT }, work))
}
