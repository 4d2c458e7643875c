import { demand } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { countMembers, type JsonDocument } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import type { Guard } from '../../resources/store/port.ts'
import type { Call, Services } from '../call.ts'
import { checkResource } from '../interactions/prepare.ts'
import { type CutBundle, checkEntry, checkMembers, type EntryDocument, parseEntry } from './cut.ts'
import { inEntry } from './entry-error.ts'
import { callOf } from './request.ts'

/** One entry of a transaction on its way through it. */
export interface TransactionEntry {
  at: number
  fullUrl: string | undefined
  call: Call
  /** The resource of a POST or PUT, checked; links in its `value` are rewritten in place. */
  resource?: JsonDocument
  /** What the patch of a PATCH says. */
  patch?: { body: Buffer; mediaType: string }
  /** What the entry is about, once that is settled. */
  target?: Target
}

/** The resource that an entry writes, deletes, reads or, with If-None-Exist, has found to exist. */
export interface Target {
  type: string
  id: string
  /** Nothing is written: a conditional create that found `existing`, or a conditional delete that found nothing. */
  untouched?: 'existing' | 'nothing'
  /** The resource must not exist yet, since criteria found none. */
  mustBeNew?: boolean
}

/** What a transaction gathers until it commits. */
export interface TransactionState {
  entries: TransactionEntry[]
  guards: Guard[]
  services: Services
  pace: Pace
}

/** Parses and checks all entries of a transaction. Throws an error that names the first entry at fault. */
export async function readEntries(bundle: CutBundle, call: Call, services: Services): Promise<TransactionState> {
  const pace = new Pace()
  const entries: TransactionEntry[] = []
  let members = 0
  for (const [at, cut] of bundle.entries.entries()) {
    const document = named(at, () => parseEntry(cut))
    members += countMembers(document.value)
    entries.push(named(at, () => readEntry(document, at, call, services)))
    if (pace.due) await pace.rest()
  }
  checkMembers(bundle, members)
  return { entries, guards: [], services, pace }
}

/** Runs work on an entry so that what it throws names the entry. */
export function named<T>(at: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof FhirError ? inEntry(error, at) : error
  }
}

/** As `named`, for work that takes its time. */
export async function namedAsync<T>(at: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof FhirError ? inEntry(error, at) : error
  }
}

function readEntry(document: EntryDocument, at: number, bundleCall: Call, services: Services): TransactionEntry {
  checkEntry(document)
  const { value, resourceText } = document
  const call = callOf(value.request, bundleCall, services.baseUrl)
  demand(call.access, call.interaction, call.type)
  const entry: TransactionEntry = { at, fullUrl: value.fullUrl as string | undefined, call }
  if (call.interaction === 'create' || call.interaction === 'update') {
    entry.resource = documentOf(value.resource, resourceText)
    checkResource(entry.resource, call.type!, services.config)
  } else if (call.interaction === 'patch') {
    entry.patch = patchOf(documentOf(value.resource, resourceText))
  }
  return entry
}

function documentOf(value: Record<string, unknown> | undefined, text: Buffer | undefined): JsonDocument {
  if (!value || !text)
    throw FhirError.of('invalid', 'The entry has no resource.', { expression: 'Bundle.entry.resource' })
  return { value, text }
}

/** A JSON Patch travels in a Binary, a FHIRPath Patch as Parameters (R4 http, patch). */
export function patchOf({ value, text }: JsonDocument): { body: Buffer; mediaType: string } {
  if (value.resourceType !== 'Binary') return { body: text, mediaType: 'application/fhir+json' }
  return { body: Buffer.from(String(value.data ?? ''), 'base64'), mediaType: String(value.contentType ?? '') }
}
