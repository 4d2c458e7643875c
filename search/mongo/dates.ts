import { fieldOf, SPANS } from '../../resources/store/mongo/document.ts'
import { LISTED_BY } from '../../resources/store/mongo/indexes.ts'
import type { Comparison, Expression } from '../expression.ts'
import type { SortKey } from '../sort.ts'
import { isBroad } from './breadth.ts'
import { ALWAYS, anyOf, everyOf, type MongoFilter } from './conditions.ts'
import { isExact } from './entries.ts'
import { patientOf } from './patients.ts'

/** What is known of a resource's date: it starts before `to` and ends behind `from`, or then. */
interface Between {
  from: number
  to: number
}

/**
 * What follows, of the earliest start and the latest end, from what is asked of the date that a type is listed by: it is no
 * more than is asked, but an index has these two by themselves, in the order of the listing. Of one patient that is all;
 * otherwise it is said for each span, so that neither a start nor an end is looked for from the beginning of time.
 */
export function datesThatFollow(type: string, parts: readonly Expression[]): MongoFilter {
  const date = LISTED_BY[type]
  if (date === undefined) return ALWAYS
  const between = betweenOf(comparisonsOf(date, parts))
  if (!isBySpan(type, parts)) return endsIn(date, between, Number.POSITIVE_INFINITY)
  const bySpan = SPANS.map((span, w) => everyOf([{ [spanPath(date)]: w }, endsIn(date, between, span)]))
  return anyOf(bySpan)
}

/** The field that has which span a resource's date is within. */
export function spanPath(date: string): string {
  return `s.${fieldOf(date)}.w`
}

/** All spans; with null also that there is no date. */
export const ANY_SPAN: readonly number[] = SPANS.map((_, at) => at)

/**
 * The order of a search that asks for none: the latest first where an index gives that, of one patient or of a stretch of
 * time; that of updates where nothing is asked for but these. Without keys it is that of ids, as what has a key comes.
 */
export function ownOrder(type: string, parts: readonly Expression[]): SortKey[] {
  if (parts.every(({ kind }) => kind === 'lastUpdated')) return [{ by: 'lastUpdated', descending: false }]
  const date = LISTED_BY[type]
  if (date === undefined || parts.some(({ kind }) => kind === 'id')) return []
  const isListed = isOfOne(parts) || (isBySpan(type, parts) && !parts.some(leads))
  if (!isListed) return []
  return [{ by: { param: date, table: 'range', type: 'range', single: true }, descending: true }]
}

/** Whether what is asked together bounds the date that the type is listed by, span by span: then all have one. */
export function isBySpan(type: string, parts: readonly Expression[]): boolean {
  const date = LISTED_BY[type]
  return date !== undefined && comparisonsOf(date, parts).length > 0 && !isOfOne(parts)
}

function isOfOne(parts: readonly Expression[]): boolean {
  return parts.some((part) => patientOf(part) !== undefined)
}

/** Whether a part is met by what has one of a few keys, which are better to go by than a stretch of time. */
function leads(part: Expression): boolean {
  if (part.kind === 'token') return part.tests.every(isExact) && !isBroad(part.param)
  return ['reference', 'uri', 'composite', 'chain', 'has'].includes(part.kind)
}

function comparisonsOf(date: string, parts: readonly Expression[]): Comparison[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'range' || part.param !== date || part.tests.length !== 1) return []
    const [test] = part.tests
    return test!.unit === '' ? test!.all : []
  })
}

/** What ends before a moment starts before it, and what starts behind it ends behind it. */
function betweenOf(comparisons: readonly Comparison[]): Between {
  const thans = (sign: string) => comparisons.flatMap(([, is, than]) => (is[0] === sign ? [than] : []))
  return {
    from: Math.max(Number.NEGATIVE_INFINITY, ...thans('>')),
    to: Math.min(Number.POSITIVE_INFINITY, ...thans('<')),
  }
}

/** What is known of both ends of a range within a span, in ms. One ms more leaves room for the rounding of a sum. */
function endsIn(date: string, { from, to }: Between, span: number): MongoFilter {
  const path = `s.${fieldOf(date)}`
  return everyOf([within(`${path}.a`, from - span - 1, to), within(`${path}.z`, from, to + span + 1)])
}

function within(path: string, from: number, to: number): MongoFilter {
  const test = { ...(Number.isFinite(from) ? { $gte: from } : {}), ...(Number.isFinite(to) ? { $lte: to } : {}) }
  return Object.keys(test).length === 0 ? ALWAYS : { [path]: test }
}
