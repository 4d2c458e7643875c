import type { Concept, ConceptProperty, Designation } from '../../concept.ts'
import { SNOMED } from '../systems.ts'

/** Dialects whose preferred terms are looked at, the first one first. */
export type PreferredIn = 'us' | 'gb'

/** Types of descriptions. */
export const FSN = '900000000000003001'
const SYNONYM = '900000000000013009'
const DEFINITION = '900000000000550004'

const IS_A = '116680003'
const DEFINED = '900000000000073002'

/** A concept from the lines of all files that tell of it (`snomed.ts`), or what is wrong with them. */
export function snomedConcept(code: string, lines: readonly string[][]): Concept | string {
  const own = lines.find(([kind]) => kind === 'concept')
  if (!own) return 'is told of, and no concept'
  const terms = lines
    .filter(([kind]) => kind === 'term')
    .map(([, type, language, preferred, text]) => ({
      type,
      language,
      preferred: preferred?.split(' ') ?? [],
      text: text!,
    }))
  const links = lines.filter(([kind]) => kind === 'link').map(([, type, target]) => ({ type: type!, target: target! }))
  const fsn = terms.find(({ type }) => type === FSN)?.text
  const display =
    terms.find(({ preferred }) => preferred.includes('us'))?.text ??
    terms.find(({ preferred }) => preferred.includes('gb'))?.text ??
    fsn ??
    // What is inactive may have no name that is still in use.
    lines.find(([kind]) => kind === 'former')?.[1]
  if (display === undefined) return 'has no term'
  const [, active, moduleId = '', status, effectiveTime = ''] = own
  const definition = terms.find(({ type }) => type === DEFINITION)?.text
  const designations = terms
    .filter(({ type }) => type === FSN || type === SYNONYM)
    .map(
      ({ type, language, text }): Designation => ({
        value: text,
        ...(language ? { language } : {}),
        use: { system: SNOMED, code: type!, display: type === FSN ? 'Fully specified name' : 'Synonym' },
      }),
    )
  const parents = [...new Set(links.filter(({ type }) => type === IS_A).map(({ target }) => target))]
  return {
    code,
    display,
    ...(definition === undefined ? {} : { definition }),
    designations,
    properties: [
      { code: 'sufficientlyDefined', type: 'boolean', value: status === DEFINED },
      { code: 'moduleId', type: 'code', value: moduleId },
      { code: 'effectiveTime', type: 'string', value: effectiveTime },
      ...attributes(links),
    ],
    ...(parents.length > 0 ? { parents } : {}),
    ...(active === '1' ? {} : { inactive: true }),
  }
}

/** Defining attributes, by the id of their type; those of several groups once. */
function attributes(links: readonly { type: string; target: string }[]): ConceptProperty[] {
  const seen = new Set<string>()
  const found: ConceptProperty[] = []
  for (const { type, target } of links) {
    if (type === IS_A || seen.has(`${type} ${target}`)) continue
    seen.add(`${type} ${target}`)
    found.push({ code: type, type: 'code', value: target })
  }
  return found
}
