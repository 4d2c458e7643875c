/** A month's part of the log: its name (`2026-11`), the `seq` of its first record, and the table that they are in. */
export interface AuditMonth {
  month: string
  first: number
  table: string
}

/** The table of a month's records. Throws where it is no month: it goes into statements. */
export function monthTable(month: string): string {
  if (!/^\d{4}-\d{2}$/.test(month)) throw new Error('a month is written as 2026-11')
  return `audit_${month.replace('-', '_')}`
}

/**
 * Makes the table of a month. `recorded` in ms; `keys` are the fingerprints in ascending order, of 8 bytes each; `outcomes` a
 * JSON array of versions, negative where one was created. What is small stands first: to read it needs no further page.
 */
export function monthSchema(table: string): string {
  return `CREATE TABLE ${table} (
    seq INTEGER PRIMARY KEY, recorded INTEGER NOT NULL, chain INTEGER NOT NULL, number INTEGER NOT NULL,
    tally INTEGER NOT NULL, hash BLOB NOT NULL, keys BLOB NOT NULL, outcomes TEXT, text TEXT NOT NULL
  )`
}
