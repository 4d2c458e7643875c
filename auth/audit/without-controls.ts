// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/

/**
 * A value with U+FFFD for each control character, which FHIR's strings may not have (R4 datatypes, string), but names in the tokens of
 * others may. Itself, where it has none.
 */
export function withoutControls<T>(value: T): T {
  return hasControl(value) ? (replaced(value) as T) : value
}

function hasControl(value: unknown): boolean {
  if (typeof value === 'string') return CONTROL.test(value)
  if (typeof value !== 'object' || value === null) return false
  for (const one of Object.values(value)) if (hasControl(one)) return true
  return false
}

function replaced(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(new RegExp(CONTROL, 'g'), '\uFFFD')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(replaced)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one)]))
}
