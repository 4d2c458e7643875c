const DAY = 86_400_000

const FORM = /^\d{4}-\d{2}-\d{2}$/

/** Whether a text is a day of the calendar, such as `2026-09-30`. */
export function isDay(text: string): boolean {
  if (!FORM.test(text)) return false
  const moment = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text)
}

/** `2026-09-30` of `2026-10-01`. */
export function dayBefore(day: string): string {
  return shifted(day, -1)
}

/** `2026-10-01` of `2026-09-30`. */
export function dayAfter(day: string): string {
  return shifted(day, 1)
}

/** Days that were asked for: files have few, and ask for them again and again. */
const shiftedDays = new Map<string, string>()

function shifted(day: string, by: number): string {
  const key = `${day}${by}`
  const known = shiftedDays.get(key)
  if (known !== undefined) return known
  const found = new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10)
  if (shiftedDays.size > 10_000) shiftedDays.clear()
  shiftedDays.set(key, found)
  return found
}

/** The first day of a US fiscal year: `2025-10-01` of 2026. */
export function fiscalStart(year: number): string {
  return `${year - 1}-10-01`
}

/** The US fiscal year that a day is in: 2027 of `2026-10-01`. */
export function fiscalYear(day: string): number {
  return Number(day.slice(0, 4)) + (day.slice(5) >= '10-01' ? 1 : 0)
}

/** The fiscal year of a grouper's or an editor's version: v43 and v43.1 are of FY2026. */
export function yearOfGrouper(version: number): number {
  return 1983 + Math.floor(version)
}
