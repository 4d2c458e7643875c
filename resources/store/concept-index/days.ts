/** A stretch of days, both included; an end that is absent is open. */
export interface Stretch {
  from?: string
  to?: string
}

const DAY_MS = 86_400_000

/** The day behind another one (`2026-10-01` of `2026-09-30`). */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
}

/** Whether stretches, the oldest first, have a day in common. */
export function overlap(stretches: readonly Stretch[]): boolean {
  return stretches.some(({ from = '' }, at) => {
    const before = stretches[at - 1]
    return before !== undefined && (before.to === undefined || before.to >= from)
  })
}

/** Whether each day of one stretch is in one of others, which are the oldest first and do not overlap. */
export function covered(one: Stretch, others: readonly Stretch[]): boolean {
  let start = one.from ?? ''
  for (const { from = '', to } of others) {
    if (to !== undefined && to < start) continue
    if (from > start) return false
    if (to === undefined) return true
    if (one.to !== undefined && one.to <= to) return true
    start = nextDay(to)
  }
  return false
}
