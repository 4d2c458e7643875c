import type { UserRule } from '../rule.ts'

/** The records of many are taken at once, by who does not do that on other days. */
export const bulkExport: UserRule<'bulk-export'> = {
  name: 'bulk-export',
  note({ largest }, { resources }) {
    const many = largest.filter((one) => one.resources >= resources)
    if (many.length === 0) return undefined
    return {
      measure: Math.max(...many.map((one) => one.resources)),
      start: Math.min(...many.map(({ at }) => at)),
      end: Math.max(...many.map(({ at }) => at)),
      patients: [],
      keys: many.map(({ key }) => key),
    }
  },
  judge(noted, { usualDays }, { start }) {
    if (noted.length > usualDays) return []
    return noted
      .filter(({ end }) => end >= start)
      .map((one) => ({ ...one, message: `took ${one.measure} resources at once, which is not usual there` }))
  },
}
