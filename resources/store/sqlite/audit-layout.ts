/** A month of the log. */
export interface AuditMonth {
  /** `2026-11`, UTC */
  month: string
  /** The `seq` of its first record. */
  first: number
}

/** The tables of a month: its records, and the blocks of their index. Throws where it is no month: it goes into statements. */
export function monthTables(month: string): { records: string; index: string } {
  if (!/^\d{4}-\d{2}$/.test(month)) throw new Error('a month is written as 2026-11')
  const name = month.replace('-', '_')
  return { records: `audit_${name}`, index: `audit_index_${name}` }
}

/** Of records of chains from other stores: only there numbers do not go along with places. The first chain is this store's own. */
export const RESTORED = 'chain > 1'

/**
 * Makes the tables of a month. `recorded` in ms; `keys` are the fingerprints in ascending order, of 8 bytes each; `outcomes` a
 * JSON array of versions, negative where one was created; what is small stands first.
 */
export function monthSchema(month: string): string {
  const { records, index } = monthTables(month)
  return `CREATE TABLE ${records} (
      seq INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, chain INTEGER NOT NULL, number INTEGER NOT NULL,
      tally INTEGER NOT NULL, hash BLOB NOT NULL, keys BLOB NOT NULL, outcomes TEXT, text TEXT NOT NULL
    );
    CREATE INDEX ${records}_restored ON ${records} (chain, number) WHERE ${RESTORED};
    CREATE TABLE ${index} (block INTEGER PRIMARY KEY, entries BLOB NOT NULL)`
}

const DAY = 86_400_000

/** Days since 1970 of ms since then. */
export function dayNumber(ms: number): number {
  return Math.floor(ms / DAY)
}

/** The first day of a month, as `dayNumber`; with `months`, that of a later month. */
export function firstDay(month: string, months = 0): number {
  const [year, at] = month.split('-').map(Number)
  return dayNumber(Date.UTC(year!, at! - 1 + months))
}

/** `2026-11-28` of days since 1970. */
export function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}
