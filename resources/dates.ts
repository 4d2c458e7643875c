import { offsetOf, UTC, type Zone } from './zone.ts'

/** A stretch of time in ms since 1970; `end` is the first moment after it. */
export interface Range {
  start: number
  end: number
}

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * The stretch of time that a FHIR date, dateTime or instant stands for: `2024` is the year, `2024-02-03T10:00` the
 * minute. One that tells no offset is meant in `zone`. Undefined when it is none, or a date that the calendar lacks.
 *
 * In a zone each stretch begins where the one before it ends, so that what clocks show twice belongs to one that is
 * longer: to the last minute, hour or day that begins before they are put back. What they skip (a minute, or a day where
 * the date line was moved) is the first ms after it.
 */
export function dateRange(text: string, zone: Zone = UTC): Range | undefined {
  const parts = FORM.exec(text)
  if (!parts) return undefined
  const range = rangeOf(parts)
  if (zone === UTC || range === undefined || parts[8] !== undefined) return range
  const start = zone.moment(range.start)
  return { start, end: Math.max(zone.moment(range.end), start + 1) }
}

/** The stretch of what FORM has taken apart, in UTC where it tells no offset. */
function rangeOf([, year, month, day, hour, minute, second, fraction, zone]: RegExpExecArray): Range | undefined {
  const start = dayStart(Number(year), Number(month ?? 1), Number(day ?? 1))
  if (year === '0000' || !isDay(start, Number(month ?? 1), Number(day ?? 1))) return undefined
  if (month === undefined) return { start, end: dayStart(Number(year) + 1, 1, 1) }
  if (day === undefined) return { start, end: dayStart(Number(year), Number(month) + 1, 1) }
  if (hour === undefined) return { start, end: start + DAY }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined
  const offset = offsetOf(zone ?? 'Z')
  if (offset === undefined) return undefined
  const moment = start + Number(hour) * HOUR + Number(minute) * MINUTE - offset
  if (second === undefined) return { start: moment, end: moment + MINUTE }
  const seconds = moment + Number(second) * 1000
  if (fraction === undefined) return { start: seconds, end: seconds + 1000 }
  const millis = seconds + Number(fraction.padEnd(3, '0').slice(0, 3))
  return { start: millis, end: millis + (fraction.length < 3 ? 10 ** (3 - fraction.length) : 1) }
}

/** `YYYY-MM-DDThh:mm:ss.sssZ` of a moment in ms since 1970. */
export function instantOf(moment: number): string {
  return new Date(moment).toISOString()
}

/** First moment of a day, the month being counted from 1. */
function dayStart(year: number, month: number, day: number): number {
  // Date.UTC takes the years from 0 to 99 for those from 1900 on.
  return year < 100 ? new Date(0).setUTCFullYear(year, month - 1, day) : Date.UTC(year, month - 1, day)
}

/** Whether the calendar has a day, `start` being its first moment; one that it lacks is another of the next month. */
function isDay(start: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  // Every month has these: most dates need no more of the calendar.
  return day <= 28 || new Date(start).getUTCDate() === day
}
