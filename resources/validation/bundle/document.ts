import type { Place, Run } from '../place.ts'
import type { Bundle, EntryIndex } from './entry-index.ts'
import { checkReached, checkWithin, referencesAt } from './within.ts'

/** What a document has to bring along of what its Composition refers to (R4 documents.html#content). */
const BROUGHT_ALONG = [
  'subject',
  'encounter',
  'author',
  'attester.party',
  'custodian',
  'event.detail',
  ...sections(['author', 'focus', 'entry']),
]

/** How deep sections within sections are looked into. */
function sections(names: readonly string[]): string[] {
  const depths = ['section', 'section.section', 'section.section.section', 'section.section.section.section']
  return depths.flatMap((section) => names.map((name) => `${section}.${name}`))
}

/** A document: all that its Composition speaks of is in the Bundle. That a Composition comes first is bdl-11. */
export function checkDocument(place: Place, bundle: Bundle, index: EntryIndex, run: Run): void {
  const composition = bundle.entry?.[0]?.resource
  if (composition?.resourceType !== 'Composition') return
  for (const path of BROUGHT_ALONG) {
    for (const told of referencesAt(composition, path)) checkWithin(place, told, index, run)
  }
  checkReached(place, bundle, index, run)
}
