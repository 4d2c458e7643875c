const DAY = 86_400_000

/** Standard and daylight saving offset of the hospital's zone, US Eastern. */
const OFFSETS = { standard: '-05:00', daylight: '-04:00' }

/** A day (`YYYY-MM-DD`) and the minutes since its midnight on the hospital's clock; 24 hours and more run over. */
export interface LocalTime {
  day: string
  minutes: number
}

/** The day so many days after a day, or before it when negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10)
}

/** The day itself, or the Friday before where it falls on a weekend. */
export function workdayUpTo(day: string): string {
  const weekday = weekdayOf(day)
  return weekday === 0 ? addDays(day, -2) : weekday === 6 ? addDays(day, -1) : day
}

/** The dateTime of a moment, with the offset that the hospital's clock has on that day. */
export function dateTimeOf({ day, minutes }: LocalTime): string {
  const date = dayOf({ day, minutes })
  const rest = minutes % 1440
  return `${date}T${twoDigits(Math.floor(rest / 60))}:${twoDigits(rest % 60)}:00${offsetOn(date)}`
}

/** The day on which a moment falls. */
export function dayOf({ day, minutes }: LocalTime): string {
  return addDays(day, Math.floor(minutes / 1440))
}

/** The moment so many minutes later. */
export function later(time: LocalTime, minutes: number): LocalTime {
  return { day: time.day, minutes: time.minutes + minutes }
}

function offsetOn(day: string): string {
  const year = day.slice(0, 4)
  const daylight = day >= sundayFrom(`${year}-03-08`) && day < sundayFrom(`${year}-11-01`)
  return daylight ? OFFSETS.daylight : OFFSETS.standard
}

/** The first Sunday on or after a day. */
function sundayFrom(day: string): string {
  return addDays(day, (7 - weekdayOf(day)) % 7)
}

function weekdayOf(day: string): number {
  return new Date(day).getUTCDay()
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
