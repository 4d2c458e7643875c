import { APART } from '../../search/apart.ts'
import type { Found, FoundPage, Link, Restriction, Searcher } from '../../search/searcher.ts'
import type { HeldEvent } from './pages.ts'

interface Linking {
  searcher: Searcher
  restriction: Restriction
  count: number
}

/**
 * What events refer to by links, each once, behind what else was found on the way; `count` in all at the most, and of it what
 * the restriction allows.
 */
export async function linkedFrom(
  events: readonly HeldEvent[],
  links: readonly Link[],
  before: FoundPage,
  { searcher, restriction, count }: Linking,
): Promise<FoundPage> {
  const found: Found[] = [...before.found]
  const seen = new Set(found.map(({ type, id }) => `${type}/${id}`))
  for (const [type, ids] of targetsOf(events, links)) {
    const fresh = [...ids].filter((id) => !seen.has(`${type}/${id}`))
    if (fresh.length === 0) continue
    const page = await searcher.find({ type, where: { kind: 'id', ids: fresh }, restriction }, count - found.length)
    found.push(...page.found)
    if (page.more) return { found, more: true }
  }
  return { found, more: false }
}

/** Ids that events refer to, by type. */
function targetsOf(events: readonly HeldEvent[], links: readonly Link[]): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>()
  for (const { source, param, targets: types, reverse, canonical } of links) {
    if (reverse || canonical || !APART.has(source)) continue
    for (const event of events) {
      for (const [type, id] of event.references(param)) {
        if (!types.includes(type) || APART.has(type)) continue
        const ids = targets.get(type)
        if (ids) ids.add(id)
        else targets.set(type, new Set([id]))
      }
    }
  }
  return targets
}
