import type { Concept } from '../concept.ts'
import type { ConceptSource } from '../concept-source.ts'
import { SystemSource } from '../system-source.ts'

/** What R4's value set of currencies has, and the platform does not list among those that money is counted in. */
const LISTED_BY_R4 =
  'BOV CHE CHW CLF COU GGP IMP JEP MXV TVD USN UYI VEF XAG XAU XBA XBB XBC XBD XPD XPT XTS XUA XXX'.split(' ')

/** ISO 4217 as the platform knows it, present currencies and former ones, with all that R4 lists. */
export function currencies(): ConceptSource {
  const names = new Intl.DisplayNames('en', { type: 'currency' })
  const concepts: Concept[] = [...new Set([...Intl.supportedValuesOf('currency'), ...LISTED_BY_R4])]
    .sort()
    .map((code) => ({
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
