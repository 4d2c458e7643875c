import type { Concept } from '../concept.ts'

/** An absolute URI of RFC 3986; undefined for what is none. */
export function uriOf(code: string): Concept | undefined {
  if (code.length > 2000) return undefined
  if (!/^[a-z][a-z0-9+.-]*:[a-z0-9._~:/?#[\]@!$&'()*+,;=%|-]+$/i.test(code)) return undefined
  if (/%(?![0-9a-f]{2})/i.test(code)) return undefined
  return { code, display: code }
}
