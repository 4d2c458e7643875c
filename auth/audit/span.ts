import type { Bounds, RangeTest } from '../../search/expression.ts'

/** Moments from `from` on and before `to`, in ms since 1970. */
export interface Span {
  from: number
  to: number
}

export const EVER: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** Moments that are in both. */
export function within(one: Span, other: Span): Span {
  return { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }
}

/** From the first moment of any to the last. */
export function hull(spans: readonly Span[]): Span {
  return { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) }
}

export function spanOfBounds({ start, end }: Bounds): Span {
  return { from: start ?? EVER.from, to: end ?? EVER.to }
}

/** An instant lasts a second at the most, where its fraction is not told. */
const LONGEST = 1_000

/** Where an instant lies that meets a test of a date. */
export function spanOfTest({ all }: RangeTest): Span {
  return all.map(spanOfComparison).reduce(within, EVER)
}

function spanOfComparison([end, is, than]: RangeTest['all'][number]): Span {
  const slack = end === 'high' ? LONGEST : 0
  return is === '>' || is === '>=' ? { from: than - slack, to: EVER.to } : { from: EVER.from, to: than + 1 }
}
