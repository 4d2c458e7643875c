import type { Concept } from '../concept.ts'
import type { ConceptSource } from '../concept-source.ts'
import { SystemSource } from '../system-source.ts'

/** ISO 4217 as the platform knows it: present currencies and former ones. */
export function currencies(): ConceptSource {
  const names = new Intl.DisplayNames('en', { type: 'currency' })
  const concepts: Concept[] = Intl.supportedValuesOf('currency').map((code) => ({
    code,
    display: names.of(code) ?? code,
  }))
  const edition = {
    system: 'urn:iso:std:iso:4217',
    version: undefined,
    name: 'ISO4217',
    content: 'complete' as const,
    caseSensitive: true,
  }
  return new SystemSource(edition, concepts, `native ${edition.system}`)
}
