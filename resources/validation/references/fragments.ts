/**
 * All texts in a parsed value that begin with `#`: references within the resource stand in Reference.reference and in elements of type
 * canonical, uri and url, wherever extensions may have these. Texts in words that begin so do no harm.
 */
export function fragmentsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value)
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) fragmentsIn((value as Record<string, unknown>)[name], found)
  }
  return found
}
