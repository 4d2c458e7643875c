/** Links and images of a narrative that lead into the resource (R4 narrative.html, "Internal references"). */
const WITHIN_NARRATIVE = /\s(?:href|src)\s*=\s*["'](#[^"']+)["']/g

const HASH = 35
const LESS_THAN = 60

/**
 * All texts in a parsed value that begin with `#`: references within the resource stand in Reference.reference and in elements of type
 * canonical, uri and url, wherever extensions may have these; and links and images of narratives lead to them. Texts in words that begin so do no harm.
 */
export function fragmentsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') {
    const first = value.charCodeAt(0)
    if (first === HASH) found.add(value)
    else if (first === LESS_THAN) for (const [, id = ''] of value.matchAll(WITHIN_NARRATIVE)) found.add(id)
  } else if (Array.isArray(value)) {
    for (const item of value) fragmentsIn(item, found)
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) fragmentsIn((value as Record<string, unknown>)[name], found)
  }
  return found
}
