import type { Restriction } from '../../search/searcher.ts'
import { ALL } from '../restrictions.ts'
import { CLEARED_LABELS, isNamedBy, testsOf } from './known.ts'

/** What is left to those who may see these security labels: a label that needs a clearance and is not among them hides. */
export function labelCut(see: readonly string[] | 'all'): Restriction {
  const hiding = see === 'all' ? [] : CLEARED_LABELS.filter((label) => !see.some((text) => isNamedBy(text, label)))
  if (hiding.length === 0) return { byType: {}, others: ALL }
  const labelled = { kind: 'token', param: '_security', tests: testsOf(hiding) } as const
  return { byType: {}, others: { kind: 'not', part: { ...labelled, tests: [...labelled.tests] } } }
}
