import { dateRange } from '../../../dates.ts'
import type { Item } from './item.ts'
import { Unanswered } from './syntax.ts'

const TIMES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant', 'time'])

/** Whether values of a type are points in time, which are compared up to what both tell. */
export function isTime(type: string): boolean {
  return TIMES.has(type)
}

/**
 * Order of two dates, moments or times of day: below, at or above 0; undefined where they are the same as far as both tell and one tells
 * more (FHIRPath, "Comparison"). A date and a moment are compared by the day that the moment has where it was.
 */
export function compareTimes(one: Item, other: Item): number | undefined {
  const a = String(one.value)
  const b = String(other.value)
  if (one.type === 'time' || other.type === 'time') {
    if (one.type !== other.type) throw new Unanswered('a time of day and a date')
    return order(plainTime(a), plainTime(b))
  }
  if (a.length > 10 && b.length > 10) return compareMoments(a, b)
  const length = Math.min(a.length, b.length, 10)
  return order(a.slice(0, length), b.slice(0, length)) || (a.length === b.length ? 0 : undefined)
}

function compareMoments(a: string, b: string): number {
  const ranges = [dateRange(a), dateRange(b)]
  if (!ranges[0] || !ranges[1]) throw new Unanswered('no date')
  return ranges[0].start - ranges[1].start
}

function plainTime(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
