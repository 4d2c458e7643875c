import type { Concept } from '../concept.ts'
import type { ConceptSource } from '../concept-source.ts'
import { SystemSource } from '../system-source.ts'
import codes from './countries.json' with { type: 'json' }

/** ISO 3166-1: the codes of two letters, then those of three, then the numbers. */
export function countries(): ConceptSource {
  const names = new Intl.DisplayNames('en', { type: 'region' })
  const concepts: Concept[] = [0, 1, 2].flatMap((column) =>
    codes.map((row) => ({ code: row[column] ?? '', display: names.of(row[0] ?? '') ?? '' })),
  )
  const edition = {
    system: 'urn:iso:std:iso:3166',
    version: undefined,
    name: 'ISO3166Part1',
    content: 'complete' as const,
    caseSensitive: true,
  }
  return new SystemSource(edition, concepts, `native ${edition.system}`)
}
