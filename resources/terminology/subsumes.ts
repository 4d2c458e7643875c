import { FhirError } from '../fhir-error.ts'
import type { Subsumption } from './answers.ts'
import { isSame } from './conditions.ts'
import { whyNot } from './explain.ts'
import type { Opened } from './systems.ts'

/** Meanings of a hierarchy in which what is below is one of what is above. */
const KINDS: ReadonlySet<string> = new Set(['is-a', 'classified-with', 'grouped-by'])

/**
 * How two codes of a system stand to each other (R4 CodeSystem/$subsumes). Throws `not-found` for codes that are none of it,
 * `invalid` (`not-supported`) where its hierarchy is one of parts.
 */
export async function subsumption(opened: Opened, codeA: string, codeB: string): Promise<Subsumption> {
  const { source, day } = opened
  const { hierarchyMeaning = 'is-a', system } = source.edition
  if (!KINDS.has(hierarchyMeaning)) {
    throw FhirError.of('invalid', `What is below another in ${system} is not a kind of it (${hierarchyMeaning})`, {
      code: 'not-supported',
    })
  }
  const [one, other] = [await known(opened, codeA), await known(opened, codeB)]
  if (isSame(opened, one, other)) return 'equivalent'
  if (await source.isBelow(other, one, day)) return 'subsumes'
  return (await source.isBelow(one, other, day)) ? 'subsumed-by' : 'not-subsumed'
}

async function known(opened: Opened, code: string): Promise<string> {
  const concept = await opened.source.find(code, opened.day)
  if (concept) return concept.code
  throw FhirError.of('not-found', (await whyNot(opened, code)) ?? 'There is no such code')
}
