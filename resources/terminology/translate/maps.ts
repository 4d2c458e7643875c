import { type Canonicals, canonicalParts } from '../../conformance/canonicals.ts'
import { FhirError } from '../../fhir-error.ts'
import type { TranslateQuestion } from '../answers.ts'
import { Recent } from '../recent.ts'
import type { ConceptMapLike } from './concept-map.ts'

/** What a map maps, by which it is found. */
interface Ends {
  source: string | undefined
  target: string | undefined
  groups: readonly { source: string | undefined; target: string | undefined }[]
}

/** By the key of the definition: each map is read once as long as its content is the same. */
const kept = new Recent<Ends>(5000)

/** The maps that a question is about: the one it names, else all between its systems and value sets. */
export async function mapsFor(canonicals: Canonicals, question: TranslateQuestion): Promise<readonly ConceptMapLike[]> {
  const { map } = question
  if (map?.resource) return [map.resource as ConceptMapLike]
  if (map?.url !== undefined) {
    const found = await canonicals.find('ConceptMap', map.url, map.version)
    if (!found) throw FhirError.of('not-found', `The concept map ${map.url} is not held here`)
    return [found.resource as ConceptMapLike]
  }
  if (question.codings.every(({ system }) => system === undefined) && question.source === undefined) {
    throw FhirError.of('invalid', 'A translation needs a concept map, or the system or value set of its code')
  }
  return between(canonicals, question)
}

async function between(canonicals: Canonicals, question: TranslateQuestion): Promise<ConceptMapLike[]> {
  const found: ConceptMapLike[] = []
  for (const { url, version, key } of await canonicals.list('ConceptMap')) {
    let ends = kept.get(key)
    if (ends && !isBetween(ends, question)) continue
    const resource = (await canonicals.find('ConceptMap', url, version))?.resource as ConceptMapLike | undefined
    if (!resource) continue
    ends ??= endsOf(resource)
    kept.set(key, ends)
    if (isBetween(ends, question)) found.push(resource)
  }
  return found
}

function endsOf(map: ConceptMapLike): Ends {
  const bare = (canonical: string | undefined) => (canonical === undefined ? undefined : canonicalParts(canonical).url)
  return {
    source: bare(map.sourceCanonical ?? map.sourceUri),
    target: bare(map.targetCanonical ?? map.targetUri),
    groups: (map.group ?? []).map(({ source, target }) => ({ source, target })),
  }
}

function isBetween(ends: Ends, { codings, source, target, targetSystem, reverse }: TranslateQuestion): boolean {
  const [from, to] = reverse ? [ends.target, ends.source] : [ends.source, ends.target]
  if (source !== undefined && from !== canonicalParts(source).url) return false
  if (target !== undefined && to !== canonicalParts(target).url) return false
  return ends.groups.some((group) => {
    const [first, last] = reverse ? [group.target, group.source] : [group.source, group.target]
    if (targetSystem !== undefined && last !== undefined && last !== targetSystem) return false
    return codings.some(({ system }) => system === undefined || first === undefined || first === system)
  })
}
