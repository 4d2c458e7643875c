import type { Zone } from '../../../resources/zone.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A day by the clocks of a zone: from `start` on, before `end`, in ms since 1970. */
export interface ClockDay {
  start: number
  end: number
  /** `2026-11-28` */
  name: string
}

/** The day that a moment is in. */
export function dayOf(moment: number, zone: Zone): ClockDay {
  // No zone is further from UTC than this; from there on the days are gone through.
  let local = Math.floor(moment / DAY) * DAY - DAY
  while (zone.moment(local + DAY) <= moment) local += DAY
  return { start: zone.moment(local), end: zone.moment(local + DAY), name: new Date(local).toISOString().slice(0, 10) }
}

/** Whether a moment of a day is between two full hours, which may have midnight between them. */
export function isBetween(moment: number, { start }: ClockDay, from: number, to: number): boolean {
  const hour = (moment - start) / HOUR
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to
}
