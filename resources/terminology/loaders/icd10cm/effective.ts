import type { Concept, ConceptProperty } from '../../concept.ts'
import { adjoins } from '../stretches.ts'

const NAMES = ['effectiveDate', 'endDate']

/**
 * Records of one code with the first and the last day for which it is what it is: billable, or a header. A record may have
 * other days, since it ends where anything changes.
 */
export function withEffectiveDays(records: readonly Concept[]): Concept[] {
  const done: Concept[] = []
  for (let first = 0; first < records.length; ) {
    let last = first
    while (last + 1 < records.length && goesOn(records[last]!, records[last + 1]!)) last++
    const [from, to] = [records[first]!.from, records[last]!.to]
    for (const record of records.slice(first, last + 1)) done.push(dated(record, from, to))
    first = last + 1
  }
  return done
}

/** The same record without its effective days. */
export function withoutEffectiveDays(record: Concept): Concept {
  return { ...record, properties: (record.properties ?? []).filter(({ code }) => !NAMES.includes(code)) }
}

function goesOn(one: Concept, next: Concept): boolean {
  return adjoins(one, next) && isBillable(one) === isBillable(next)
}

/** What a record says of whether its code is billable. */
export function isBillable({ properties = [] }: Concept): unknown {
  return properties.find(({ code }) => code === 'billable')?.value
}

function dated(record: Concept, from: string | undefined, to: string | undefined): Concept {
  const bare = withoutEffectiveDays(record)
  const days: ConceptProperty[] = []
  if (from !== undefined) days.push({ code: 'effectiveDate', type: 'dateTime', value: from })
  if (to !== undefined) days.push({ code: 'endDate', type: 'dateTime', value: to })
  const properties = [...(bare.properties ?? []), ...days]
  return { ...bare, ...(properties.length > 0 ? { properties } : {}) }
}
