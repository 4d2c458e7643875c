import type { ReturnPreference } from '../call.ts'

/** What the Prefer header says (RFC 7240; R4 http). Unknown preferences are ignored, as the RFC has it. */
export function parsePrefer(header: string | string[] | undefined): {
  preferReturn?: ReturnPreference
  strict: boolean
} {
  if (header === undefined) return { strict: false }
  const parts = String(header)
    .split(/[,;]/)
    .map((part) => part.trim().replaceAll('"', ''))
  const wanted = parts.find((part) => part.toLowerCase().startsWith('return='))?.slice(7)
  const known = (['minimal', 'representation', 'OperationOutcome'] as const).find(
    (value) => value.toLowerCase() === wanted?.toLowerCase(),
  )
  const strict = parts.some((part) => part.toLowerCase() === 'handling=strict')
  return known ? { preferReturn: known, strict } : { strict }
}
