import type { Issue } from '../../resources/fhir-error.ts'
import type { Around } from '../../search/searcher.ts'
import { outcomeOf } from '../outcome.ts'
import { entryText } from './bundle-text.ts'

/** Why an entry is in a searchset (R4 Bundle.entry.search.mode). */
export type Mode = 'match' | 'include'

/** What makes an entry of a searchset of a resource's text. */
export function aroundEntry(mode: Mode, baseUrl: string): Around {
  return {
    beforeName: `{"fullUrl":${JSON.stringify(`${baseUrl}/`).slice(0, -1)}`,
    behindName: `","search":{"mode":"${mode}"},"resource":`,
    behind: '}',
  }
}

/** The entry of a searchset that tells of the search itself; none without issues. */
export function outcomeEntries(issues: readonly Issue[]): Buffer[] {
  return issues.length > 0 ? [entryText({ search: { mode: 'outcome' } }, outcomeOf(issues))] : []
}
