import type { IndexEntry } from '../../resources/store/port.ts'
import { EVER, type Span } from './span.ts'
import { keysOfReference, keysOfToken } from './wanted-keys.ts'

/** Key of the record of an AuditEvent that somebody else recorded, by its id. */
export function externalKey(id: string): string {
  return `i ${id}`
}

/** Key of the records of what came later, or sooner, than it says. */
const ANY_LATE = 'l'

/** Months that are asked for one by one; of more, all that is late is looked at. */
const MOST_MONTHS = 240

/** Keys of which a record that is late has one, where its event says that it was recorded in a span. */
export function lateKeys({ from, to }: Span): string[] {
  if (from === EVER.from || to === EVER.to || to <= from) return [ANY_LATE]
  const [first, last] = [monthOf(from), monthOf(to)]
  if (last - first >= MOST_MONTHS) return [ANY_LATE]
  return Array.from({ length: last - first + 1 }, (_, at) => lateKey(first + at))
}

/** Both keys of a late event, by the moments (ms since 1970) at which it may be that it was recorded. */
export function keysOfLate({ from, to }: Span): string[] {
  return [ANY_LATE, ...lateKeys({ from, to })]
}

/** Keys by which an event is found that somebody else recorded: whatever a search can ask for by key. */
export function keysOfEntries(entries: readonly IndexEntry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry[0] === 'reference') return keysOfReference(entry[1], { type: entry[2], id: entry[3] }) ?? []
    return entry[0] === 'token' ? (keysOfToken(entry[1], entry[3]) ?? []) : []
  })
}

/** Months since the year 0. */
function monthOf(ms: number): number {
  const date = new Date(ms)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

function lateKey(month: number): string {
  return `${ANY_LATE} ${month}`
}
