import { FhirError } from '../../resources/fhir-error.ts'
import type { Change } from '../../resources/store/port.ts'
import type { Call } from '../call.ts'
import { expectationOf } from '../interactions/commit.ts'
import { patchedChange } from '../interactions/patch.ts'
import { writeChange } from '../interactions/prepare.ts'
import { ConditionalReferences } from './conditional-references.ts'
import { named, namedAsync, type TransactionEntry, type TransactionState } from './entries.ts'
import { Links } from './links.ts'
import { type ConditionalReference, type Replacements, replacementEdits, rewriteLinks } from './rewrite.ts'

/** A change and the entry that asks for it. */
export interface EntryChange {
  entry: TransactionEntry
  change: Change
}

const ORDER = ['delete', 'create', 'update', 'patch'] as const

/**
 * Makes the changes of a transaction in the order in which R4 has them act, links between its entries and conditional
 * references rewritten. Targets must be settled. Throws errors that name the entry.
 */
export async function makeChanges(state: TransactionState, call: Call): Promise<EntryChange[]> {
  const links = new Links(state.entries)
  const conditional = new ConditionalReferences(state, call)
  const rewrites = await rewriteEntries(state, links)
  for (const { entry, waiting } of rewrites.values()) {
    for (const reference of waiting) await settle(entry, reference, conditional)
  }
  const changes: EntryChange[] = []
  for (const interaction of ORDER) {
    for (const entry of state.entries) {
      if (entry.call.interaction !== interaction || entry.target?.untouched) continue
      const replacements = rewrites.get(entry)?.replacements ?? new Map()
      changes.push({ entry, change: await namedAsync(entry.at, () => changeOf(entry, replacements, state)) })
      if (state.pace.due) await state.pace.rest()
    }
  }
  return changes
}

interface Rewrite {
  entry: TransactionEntry
  replacements: Replacements
  waiting: ConditionalReference[]
}

async function rewriteEntries(state: TransactionState, links: Links): Promise<Map<TransactionEntry, Rewrite>> {
  const rewrites = new Map<TransactionEntry, Rewrite>()
  for (const entry of state.entries) {
    const { resource, target, at, fullUrl } = entry
    if (!resource || target?.untouched) continue
    const replacements: Replacements = new Map()
    const waiting = named(at, () => rewriteLinks(resource, links, fullUrl, replacements))
    rewrites.set(entry, { entry, replacements, waiting })
    if (state.pace.due) await state.pace.rest()
  }
  return rewrites
}

async function settle(entry: TransactionEntry, reference: ConditionalReference, conditional: ConditionalReferences) {
  await namedAsync(entry.at, async () => {
    try {
      reference.settle(await conditional.settle(reference))
    } catch (error) {
      if (!(error instanceof FhirError)) throw error
      const expression = [`${entry.target?.type}${reference.path}`]
      throw new FhirError(
        error.kind,
        error.issues.map((issue) => ({ ...issue, expression })),
      )
    }
  })
}

async function changeOf(
  entry: TransactionEntry,
  replacements: Replacements,
  { services }: TransactionState,
): Promise<Change> {
  const { call, resource, patch, target } = entry
  const { type, id, mustBeNew } = target!
  const targeted: Call = { ...call, id }
  if (patch) return patchedChange({ ...targeted, body: patch.body, mediaType: patch.mediaType }, services)
  const expect = mustBeNew
    ? 'absent'
    : call.interaction === 'create'
      ? undefined
      : await expectationOf(targeted, services)
  if (!resource) return { kind: 'delete', type, id, ...(expect === undefined ? {} : { expect }) }
  const method = call.interaction === 'create' ? 'POST' : 'PUT'
  return writeChange(method, type, id, resource, services, expect, replacementEdits(resource.text, replacements))
}
