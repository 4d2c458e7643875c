import type { Edition } from '../concept-source.ts'
import { dayBefore, fiscalStart, fiscalYear } from './days.ts'

/** Fiscal years as periods of an edition, from that of one day to that of another; the last one goes on. */
export function fiscalPeriods(first: string, last: string): NonNullable<Edition['periods']> {
  const [from, to] = [fiscalYear(first), fiscalYear(last)]
  return Array.from({ length: to - from + 1 }, (_, at) => from + at).map((year) => ({
    version: `FY${year}`,
    from: fiscalStart(year),
    ...(year === to ? {} : { to: dayBefore(fiscalStart(year + 1)) }),
  }))
}
