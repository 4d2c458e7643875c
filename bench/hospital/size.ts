/** Which hospital, and for how long. */
export interface HospitalSize {
  /** Accesses, about so many. */
  events: number
  days: number
  seed: number
  /** The day behind the last one: `2026-11-01` */
  end: string
}

/** A year of 300 beds. */
export const YEAR: HospitalSize = { events: 2_000_000, days: 365, seed: 2027, end: '2026-11-01' }

export const DAY = 86_400_000

/** Accesses of a day with 300 beds, as measured on what this makes. */
const FULL_DAY = 5_480

/** How large it is, of one of 300 beds. */
export function scaleOf({ events, days }: HospitalSize): number {
  return events / days / FULL_DAY
}

/** ms since 1970 when its first day begins. */
export function startOf({ end, days }: HospitalSize): number {
  return Date.parse(`${end}T00:00:00Z`) - days * DAY
}
