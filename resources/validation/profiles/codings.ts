import type { Place } from '../place.ts'
import type { CodeQuestion } from '../question.ts'

/** What a coded value asks of a value set; undefined for one that has no code, or is not coded. */
export function codingsOf(place: Place): Pick<CodeQuestion, 'codings' | 'inferSystem'> | undefined {
  const { type, value } = place
  if (typeof value === 'string') return { codings: [{ code: value }], inferSystem: true }
  if (typeof value !== 'object' || value === null) return undefined
  if (type === 'CodeableConcept') {
    const { coding } = value as { coding?: CodeQuestion['codings'] }
    return Array.isArray(coding) && coding.length > 0 ? { codings: coding } : undefined
  }
  if (type !== 'Coding' && type !== 'Quantity') return undefined
  const { system, code } = value as { system?: string; code?: string }
  if (code === undefined) return undefined
  return { codings: [system === undefined ? { code } : { system, code }] }
}
