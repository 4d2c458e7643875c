import type { Selection } from '../port.ts'

/** A value that a statement takes. */
export type SqlValue = string | number | null

/** A statement that yields the column `id` of the matching resources; a LIMIT may be put behind it. */
export interface SqliteSelection extends Selection {
  selection: 'sqlite'
  sql: string
  values: SqlValue[]
}
