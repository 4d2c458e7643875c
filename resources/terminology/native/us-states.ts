import type { ConceptSource } from '../concept-source.ts'
import { SystemSource } from '../system-source.ts'
import states from './us-states.json' with { type: 'json' }

/** States and territories of the USA as the Postal Service writes them: US Core asks for them, and no package has them. */
export function usStates(): ConceptSource {
  const edition = {
    system: 'https://www.usps.com/',
    version: undefined,
    name: 'USPSTwoLetterAlphabeticCodes',
    content: 'complete' as const,
    caseSensitive: true,
  }
  const concepts = states.map(([code = '', display = '']) => ({ code, display }))
  return new SystemSource(edition, concepts, `native ${edition.system}`)
}
