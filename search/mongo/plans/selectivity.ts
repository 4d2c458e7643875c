import { SPANS } from '../../../resources/store/mongo/document.ts'
import { isBroad } from '../breadth.ts'
import type { Bound } from './bounds.ts'

/** How many documents an index leads to, from the fewest on. */
export const CLASSES = [
  'resources by id',
  'a code of one patient',
  'one patient',
  'one key',
  'one word',
  'a container',
  'a stretch of time',
  'a stretch of time, and what lasts for months',
  'a stretch of values',
  'a stretch of keys',
  'a common key',
  'all from a moment on',
  'all values of a parameter',
  'a whole type',
] as const

export type Selectivity = (typeof CLASSES)[number]

/** Whether what an index leads to grows with the type alone, not with what was asked for. */
export function isUnselective(selectivity: Selectivity): boolean {
  return CLASSES.indexOf(selectivity) >= CLASSES.indexOf('a common key')
}

/** Whether it is so little that it may be sorted in memory: what is known of one patient, or what has a few ids. */
export function isLittle(selectivity: Selectivity): boolean {
  return CLASSES.indexOf(selectivity) <= CLASSES.indexOf('one patient')
}

export function lessSelective(one: Selectivity, other: Selectivity): Selectivity {
  return CLASSES.indexOf(one) < CLASSES.indexOf(other) ? other : one
}

/** What the bounds of an index lead to. */
export function selectivityOf(bounds: readonly Bound[]): Selectivity {
  const [first, second] = bounds
  const { path = '', test } = first ?? {}
  if (!test) return 'a whole type'
  const isPoints = test.kind === 'points'
  switch (path) {
    case '_id':
      return isPoints ? 'resources by id' : 'a whole type'
    case 'pk':
      if (!isPoints) return 'a whole type'
      return test.values.every((value) => String(value).includes('\u0000')) ? 'a code of one patient' : 'one patient'
    case 'k':
      return isPoints ? ofKey(test.values) : ofKeys(test.from)
    case 'w':
      return isPoints ? 'one word' : 'all values of a parameter'
    case 'live':
      return ofUpdates(second?.test)
    case 'c.type':
      return second?.test?.kind === 'points' ? 'a container' : 'a whole type'
    case 'r.p':
      return ofRanges(bounds)
    default:
      return ofDates(bounds)
  }
}

function ofKey(values: readonly unknown[]): Selectivity {
  const isCommon = values.some((value) => isBroad(String(value).split('\u0000')[0]!))
  return isCommon ? 'a common key' : 'one key'
}

/** A stretch of keys is that of a whole parameter, if it begins with nothing behind the parameter and the kind of key. */
function ofKeys(from: unknown): Selectivity {
  return /\0[tsur]$/.test(String(from ?? '')) ? 'all values of a parameter' : 'a stretch of keys'
}

/** Of `live` and `t`. */
function ofUpdates(test: Bound['test']): Selectivity {
  if (!test) return 'a whole type'
  return test.kind === 'points' || (test.low && test.high) ? 'a stretch of time' : 'all from a moment on'
}

/** Of `r.p`, `r.u`, `r.l`, `r.h`. */
function ofRanges([, unit, low]: readonly Bound[]): Selectivity {
  const test = low?.test
  if (unit?.test?.kind !== 'points' || !test) return 'all values of a parameter'
  return test.kind === 'points' || (test.low && test.high) ? 'a stretch of values' : 'all from a moment on'
}

/** Of a date's span and its ends: within the last span one end tells nothing of the other. */
function ofDates([span, end]: readonly Bound[]): Selectivity {
  if (!span?.path.endsWith('.w') || span.test?.kind !== 'points' || !end?.test) return 'a whole type'
  if (end.test.kind === 'range' && !end.test.low && !end.test.high) return 'a whole type'
  if (span.test.values.every((value) => value === null)) return 'a whole type'
  if (end.test.kind === 'points' || (end.test.low && end.test.high)) return 'a stretch of time'
  const isOfLast = span.test.values.every((value) => value === SPANS.length - 1)
  return isOfLast ? 'a stretch of time, and what lasts for months' : 'all from a moment on'
}
