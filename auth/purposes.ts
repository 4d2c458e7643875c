import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Each code with those above it. */
const { codes }: { codes: Record<string, string[]> } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'purposes.json'), 'utf8'),
)

/** That the glass is broken. */
export const BREAK_GLASS = 'BTG'

/** Whether a code of v3-ActReason is a purpose of use (value set v3-PurposeOfUse). */
export function isPurpose(code: string): boolean {
  return Object.hasOwn(codes, code)
}

/** Whether what is for one purpose is for another as well: for the same, or for a wider one (ETREAT is TREAT). */
export function isPurposeOf(purpose: string, wider: string): boolean {
  return purpose === wider || (isPurpose(purpose) && codes[purpose]!.includes(wider))
}
