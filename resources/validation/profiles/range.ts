import { dateRange } from '../../dates.ts'

/** Whether a value is less (-1) or more (1) than a limit. What cannot be compared is not. */
export function isBeyond(value: unknown, limit: unknown, side: -1 | 1): boolean {
  if (typeof value === 'number' && typeof limit === 'number') return side < 0 ? value < limit : value > limit
  if (typeof value === 'string' && typeof limit === 'string') return isTextBeyond(value, limit, side)
  const one = value as Quantity | null | undefined
  const other = limit as Quantity | null | undefined
  if (typeof one?.value !== 'number' || typeof other?.value !== 'number') return false
  // Of other units it would have to be computed, which no profile of R4 asks for.
  const sameUnit = one.system === other.system && (one.code ?? one.unit) === (other.code ?? other.unit)
  return sameUnit && isBeyond(one.value, other.value, side)
}

interface Quantity {
  value?: unknown
  system?: unknown
  code?: unknown
  unit?: unknown
}

/** Dates stand for stretches: one is beyond another where no moment of it is within. Times are compared as they are written. */
function isTextBeyond(value: string, limit: string, side: -1 | 1): boolean {
  const one = dateRange(value)
  const other = dateRange(limit)
  if (one && other) return side < 0 ? one.end <= other.start : one.start >= other.end
  const times = /^\d\d:\d\d:\d\d/.test(value) && /^\d\d:\d\d:\d\d/.test(limit)
  return times && (side < 0 ? value < limit : value > limit)
}
