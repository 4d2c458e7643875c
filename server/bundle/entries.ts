import { demand } from '../../auth/access.ts'
import { isComputation } from '../../operations/computation.ts'
import { operationOf } from '../../operations/registry.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { countMembers, type JsonDocument } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import { Trace } from '../audit/trace.ts'
import type { Call, Services, TracedCall } from '../call.ts'
import { Criteria } from '../write/criteria.ts'
import { readDocument } from '../write/document.ts'
import { type Draft, isWrite } from '../write/draft.ts'
import { takePatch } from '../write/patched.ts'
import { type CutBundle, checkEntry, checkMembers, type EntryDocument, parseEntry } from './cut.ts'
import { namedAs, namedLater } from './entry-error.ts'
import { callOf } from './request.ts'

/** One entry of a transaction: a write on its way, or a read that waits for the commit. */
export interface TransactionEntry {
  at: number
  fullUrl: string | undefined
  call: TracedCall
  draft?: Draft
}

/** What a transaction gathers until it commits. */
export interface TransactionState {
  entries: TransactionEntry[]
  criteria: Criteria
  services: Services
  pace: Pace
}

/** Parses and checks all entries of a transaction. Throws an error that names the first entry at fault. */
export async function readEntries(bundle: CutBundle, call: TracedCall, services: Services): Promise<TransactionState> {
  const pace = new Pace()
  const entries: TransactionEntry[] = []
  let members = 0
  for (const [at, cut] of bundle.entries.entries()) {
    const document = namedAs(at, () => parseEntry(cut))
    members += countMembers(document.value)
    entries.push(await namedLater(at, () => readEntry(document, at, call, services)))
    if (pace.due) await pace.rest()
  }
  checkMembers(bundle, members)
  return { entries, criteria: new Criteria(call.access, services, call.trace), services, pace }
}

async function readEntry(
  entry: EntryDocument,
  at: number,
  bundleCall: TracedCall,
  services: Services,
): Promise<TransactionEntry> {
  checkEntry(entry)
  const { value } = entry
  const call = Object.assign(callOf(value.request, bundleCall, services.baseUrl), {
    trace: new Trace(services.baseUrl),
  })
  bundleCall.trace.entries.set(at, call)
  demand(call.access, call)
  if (mustBeAlone(call)) throw FhirError.of('invalid', 'This operation cannot be an entry of a transaction.')
  if (call.onceKey !== undefined) {
    const words = 'An entry of a transaction cannot be done once by itself: the key of the whole is Idempotency-Key.'
    throw FhirError.of('invalid', words, { expression: 'Bundle.entry.request.extension' })
  }
  const read: TransactionEntry = { at, fullUrl: value.fullUrl as string | undefined, call }
  if (takesParameters(call, entry)) call.document = documentOf(entry)
  if (!isWrite(call)) return read
  const draft: Draft = { call, targets: [] }
  if (call.interaction === 'patch') takePatch(call, documentOf(entry))
  else if (call.interaction !== 'delete') {
    call.document = documentOf(entry)
    Object.assign(draft, await readDocument(call, services))
  }
  return { ...read, draft }
}

/**
 * Whether an operation is asked for that commits by itself, once, or takes long: reads of a transaction are tried before they
 * are made.
 */
function mustBeAlone(call: Call): boolean {
  if (call.interaction !== 'operation') return false
  const declared = operationOf(call)
  if (declared === undefined) return false
  return isComputation(declared) ? declared.affectsState : !('prepare' in declared)
}

/** Whether an entry asks for an operation and brings its input. */
export function takesParameters({ interaction }: Call, { value }: EntryDocument): boolean {
  return interaction === 'operation' && value.resource !== undefined
}

/** The resource of an entry. Throws `invalid` when it has none. */
export function documentOf({ value: { resource }, resourceText }: EntryDocument): JsonDocument {
  if (resource && resourceText) return { value: resource, text: resourceText }
  throw FhirError.of('invalid', 'The entry has no resource.', { code: 'required', expression: 'Bundle.entry.resource' })
}
