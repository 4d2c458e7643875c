import { FhirError } from '../../resources/fhir-error.ts'
import { countMembers } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import { bundleText } from '../bundle/bundle-text.ts'
import { type CutBundle, checkEntry, checkMembers, type EntryDocument, parseEntry } from '../bundle/cut.ts'
import { patchOf } from '../bundle/entries.ts'
import { inEntry } from '../bundle/entry-error.ts'
import { callOf } from '../bundle/request.ts'
import { responseEntry } from '../bundle/respond.ts'
import type { Answer, Call, Result, Services } from '../call.ts'

/** Entries under way at once, so that their commits can share a sync. */
const CONCURRENT = 32

/** Order of the kinds of entries (R4 http, batch processing rules point to those of transactions). */
const PHASES: readonly (readonly string[])[] = [
  ['delete'],
  ['create'],
  ['update', 'patch'],
  ['read', 'vread', 'search-type', 'history-instance', 'history-type', 'history-system', 'capabilities'],
]

/** R4 http, batch: each entry for itself; what fails stands in its `response.outcome`. */
export async function batch(bundle: CutBundle, call: Call, services: Services): Promise<Answer> {
  const pace = new Pace()
  const calls: (Call | FhirError)[] = []
  let members = 0
  for (const cut of bundle.entries) {
    const document = parseEntry(cut)
    members += countMembers(document.value)
    calls.push(readEntry(document, calls.length, call, services))
    if (pace.due) await pace.rest()
  }
  checkMembers(bundle, members)
  const results: Result[] = calls.map((entry) => (entry instanceof FhirError ? { error: entry } : NOT_YET))
  for (const phase of PHASES) await runPhase(phase, calls, results, services)
  const entries: Buffer[] = []
  for (const [at, result] of results.entries()) {
    const placed = result.error ? { error: inEntry(result.error, at) } : result
    entries.push(responseEntry(placed, services.baseUrl))
    if (pace.due) await pace.rest()
  }
  return { kind: 'ok', text: bundleText({ type: 'batch-response', entries }) }
}

const NOT_YET: Result = { error: FhirError.of('internal', 'The entry was not processed.') }

function readEntry(document: EntryDocument, at: number, batchCall: Call, services: Services): Call | FhirError {
  try {
    checkEntry(document)
    const { value, resourceText } = document
    const entryCall = callOf(value.request, batchCall, services.baseUrl)
    const asPatch = entryCall.interaction === 'patch' && value.resource && resourceText
    if (asPatch) Object.assign(entryCall, patchOf({ value: value.resource!, text: resourceText }))
    else if (resourceText) entryCall.body = resourceText
    if (batchCall.onceKey !== undefined) entryCall.onceKey = `${batchCall.onceKey}#${at}`
    entryCall.preferReturn = batchCall.preferReturn ?? 'minimal'
    return entryCall
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    return error
  }
}

async function runPhase(
  phase: readonly string[],
  calls: readonly (Call | FhirError)[],
  results: Result[],
  services: Services,
): Promise<void> {
  const queue = calls.keys()
  const work = async (): Promise<void> => {
    for (const at of queue) {
      const entry = calls[at]!
      if (!(entry instanceof FhirError) && phase.includes(entry.interaction))
        results[at] = await services.dispatch(entry)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT }, work))
}
