import type { Around } from '../../search/searcher.ts'

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
