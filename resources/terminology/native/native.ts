import type { ConceptSource } from '../concept-source.ts'
import { countries } from './countries.ts'
import { currencies } from './currencies.ts'
import { DecidedSource } from './decided-source.ts'
import { languageOf } from './languages.ts'
import { mimeTypeOf } from './mime-types.ts'
import { unitOf } from './ucum-codes.ts'
import { uriOf } from './uris.ts'
import { usStates } from './us-states.ts'

let made: ReadonlyMap<string, ConceptSource> | undefined

/** Code systems whose codes follow from a grammar or from what the platform knows; undefined for any other. */
export function nativeSource(system: string): ConceptSource | undefined {
  made ??= new Map<string, ConceptSource>(
    [
      new DecidedSource('http://unitsofmeasure.org', 'UCUM', true, unitOf, [{ code: 'canonical', type: 'code' }]),
      new DecidedSource('urn:ietf:bcp:47', 'BCP47', false, languageOf),
      new DecidedSource('urn:ietf:bcp:13', 'BCP13', false, mimeTypeOf),
      new DecidedSource('urn:ietf:rfc:3986', 'URI', true, uriOf),
      currencies(),
      countries(),
      usStates(),
    ].map((source) => [source.edition.system, source]),
  )
  return made.get(system)
}
