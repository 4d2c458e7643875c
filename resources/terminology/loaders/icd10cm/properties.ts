import type { ConceptProperty } from '../../concept.ts'
import { dayAfter, fiscalYear } from '../days.ts'
import { covers, HCC_COLUMNS, type HccColumn, type Tables } from './tables.ts'

/** What the tables say of a code on a day; whether it counts as complication is known of the years that list it. */
export function propertiesOf(code: string, day: string, tables: Tables & { isListed: boolean }): ConceptProperty[] {
  const { complications, hcc, mdc } = tables
  const found: ConceptProperty[] = []
  const complication = complications?.get(code)
  const level = tables.isListed ? complication?.levels.get(fiscalYear(day)) : undefined
  if (level !== undefined) found.push(coded('cc-level', level))
  if (level !== undefined && complication?.exclusionGroup !== undefined)
    found.push(coded('pdx-exclusion-group', complication.exclusionGroup))
  if (level !== undefined && complication?.hac !== undefined) found.push(coded('hac', complication.hac))
  for (const column of Object.keys(HCC_COLUMNS) as HccColumn[]) {
    for (const category of hcc?.get(code)?.[column] ?? []) found.push(coded(HCC_COLUMNS[column], category))
  }
  const category = mdc?.get(code)
  if (category !== undefined) found.push(coded('mdc', category))
  return [...found, ...poaProperties(code, tables), ...editProperties(code, day, tables)]
}

/** Edits of the Medicare Code Editor: sex, ages in years, and the lists that the code is on. */
function editProperties(code: string, day: string, { edits, ageGroups }: Tables): ConceptProperty[] {
  const found: ConceptProperty[] = []
  let least = 0
  let most = Number.POSITIVE_INFINITY
  for (const entry of edits?.get(code) ?? []) {
    if (!covers(entry, day)) continue
    const { edit } = entry
    if (edit === 'sex-female' || edit === 'sex-male') found.push(coded('sex', edit.slice(4)))
    else if (!edit.startsWith('age-')) found.push(coded('mce-edit', edit))
    else {
      const group = edit.slice(4)
      found.push(coded('age-group', group))
      const ages = ageGroups?.get(group)?.find((one) => covers(one, day))
      if (!ages) continue
      least = Math.max(least, ages.least)
      most = Math.min(most, ages.most)
    }
  }
  if (Number.isFinite(most)) found.push(whole('age-min', least), whole('age-max', most))
  return found
}

/** A code that came after the table's year and is not in it may be exempt or not. */
function poaProperties(code: string, { poa, billable }: Tables): ConceptProperty[] {
  if (!poa) return []
  if (poa.exempt.has(code)) return [{ code: 'poa-exempt', type: 'boolean', value: true }]
  const since = billable?.get(code)?.[0]?.from
  return since !== undefined && since <= poa.asOf ? [{ code: 'poa-exempt', type: 'boolean', value: false }] : []
}

/** The first days on which the tables may begin to say something else of a code. */
export function turningDays(code: string, { edits, ageGroups, billable }: Tables): string[] {
  const stretches = [...(billable?.get(code) ?? []), ...(edits?.get(code) ?? [])]
  const ages = (edits?.get(code) ?? [])
    .filter(({ edit }) => edit.startsWith('age-'))
    .flatMap(({ edit }) => ageGroups?.get(edit.slice(4)) ?? [])
  return [...stretches, ...ages].flatMap(({ from, to }) => (to === undefined ? [from] : [from, dayAfter(to)]))
}

function coded(code: string, value: string): ConceptProperty {
  return { code, type: 'code', value }
}

function whole(code: string, value: number): ConceptProperty {
  return { code, type: 'integer', value }
}
