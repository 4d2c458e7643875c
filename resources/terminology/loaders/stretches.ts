import { isDeepStrictEqual } from 'node:util'
import type { Concept } from '../concept.ts'
import { dayAfter, dayBefore } from './days.ts'

/** Records of one code, the oldest first: adjoining ones that say the same are made one. */
export function joined(records: readonly Concept[]): Concept[] {
  const all: Concept[] = []
  for (const record of records) {
    const last = all.at(-1)
    if (last && adjoins(last, record) && saysSame(last, record)) all[all.length - 1] = until(last, record.to)
    else all.push(record)
  }
  return all
}

/** Records of one code with others in the place of what they said from a day on. */
export function replacedFrom(held: readonly Concept[], day: string, fresh: readonly Concept[]): Concept[] {
  return joined([...before(held, day), ...fresh])
}

/** What records say of the days before one. */
export function before(records: readonly Concept[], day: string): Concept[] {
  return records
    .filter(({ from }) => from === undefined || from < day)
    .map((record) => (record.to === undefined || record.to >= day ? until(record, dayBefore(day)) : record))
}

/** Whether a record begins on the day after another ends. */
export function adjoins({ to }: Concept, { from }: Concept): boolean {
  return to !== undefined && from === dayAfter(to)
}

/** Whether two records differ in their days alone. */
export function saysSame(one: Concept, other: Concept): boolean {
  if (one.display !== other.display || one.properties?.length !== other.properties?.length) return false
  return isDeepStrictEqual({ ...one, from: '', to: '' }, { ...other, from: '', to: '' })
}

function until(record: Concept, to: string | undefined): Concept {
  const { to: _, ...rest } = record
  return to === undefined ? rest : { ...rest, to }
}
