const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?([\s\S]*)$/

/** How a value is compared (R4 search, "Prefixes"). */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

/** Takes the prefix off a date, a number or a quantity; without one it is `eq`. */
export function splitPrefix(value: string): { prefix: Prefix; rest: string } {
  const [, prefix, rest = ''] = PREFIXED.exec(value) ?? []
  return { prefix: (prefix as Prefix | undefined) ?? 'eq', rest }
}
