import type { Restriction } from '../../search/searcher.ts'
import { ALL } from '../restrictions.ts'
import { CLEARED_LABELS, isNamedBy, testsOf } from './known.ts'

/** What is left to those who may see these security labels: a label that needs a clearance and is not among them hides. */
export function labelCut(see: readonly string[] | 'all'): Restriction {
  if (see === 'all') return UNCUT
  const known = cuts.get(see) ?? cutFor(see)
  cuts.set(see, known)
  return known
}

const UNCUT: Restriction = { byType: {}, others: ALL }

/** By the list of a policy, which comes again and again. */
const cuts = new WeakMap<readonly string[], Restriction>()

function cutFor(see: readonly string[]): Restriction {
  const hiding = CLEARED_LABELS.filter((label) => !see.some((text) => isNamedBy(text, label)))
  if (hiding.length === 0) return UNCUT
  const labelled = { kind: 'token', param: '_security', tests: testsOf(hiding) } as const
  return { byType: {}, others: { kind: 'not', part: { ...labelled, tests: [...labelled.tests] } } }
}
