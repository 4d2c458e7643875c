import { FhirError } from '../../resources/fhir-error.ts'
import { ConditionalReferences } from './conditional-references.ts'
import type { TransactionEntry, TransactionState } from './entries.ts'
import { namedAs, namedLater } from './entry-error.ts'
import { Links } from './links.ts'
import { type ConditionalReference, type Replacements, replacementEdits, rewriteLinks } from './rewrite.ts'

interface Rewrite {
  entry: TransactionEntry
  replacements: Replacements
  waiting: ConditionalReference[]
}

/**
 * Rewrites the links between the entries of a transaction and settles its conditional references: at once in the
 * drafts' values, and as edits of their texts. Targets must be settled. Throws errors that name the entry.
 */
export async function rewriteEntries(state: TransactionState): Promise<void> {
  const { entries, pace } = state
  const links = new Links(entries)
  const rewrites: Rewrite[] = []
  for (const entry of entries) {
    const { draft, at, fullUrl } = entry
    if (!draft?.document || draft.targets[0]?.existing) continue
    const replacements: Replacements = new Map()
    const { document } = draft
    const stored = draft.patched?.text
    const waiting = namedAs(at, () => rewriteLinks(document, links, fullUrl, replacements, stored))
    rewrites.push({ entry, replacements, waiting })
    if (pace.due) await pace.rest()
  }
  await settleReferences(rewrites, state)
  for (const { entry, replacements } of rewrites) {
    const { draft } = entry
    draft!.edits = replacementEdits(draft!.document!.text, replacements)
    if (pace.due) await pace.rest()
  }
}

async function settleReferences(rewrites: readonly Rewrite[], state: TransactionState): Promise<void> {
  if (rewrites.every(({ waiting }) => waiting.length === 0)) return
  const conditional = new ConditionalReferences(state)
  for (const { entry, waiting } of rewrites) {
    for (const reference of waiting) {
      await namedLater(entry.at, () => settleOne(entry, reference, conditional))
      if (state.pace.due) await state.pace.rest()
    }
  }
}

async function settleOne(entry: TransactionEntry, reference: ConditionalReference, conditional: ConditionalReferences) {
  try {
    reference.settle(await conditional.settle(reference))
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    const expression = [`${entry.call.type}${reference.path}`]
    throw new FhirError(
      error.kind,
      error.issues.map((issue) => ({ ...issue, expression })),
      error.detail,
    )
  }
}
