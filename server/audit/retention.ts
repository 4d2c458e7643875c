import { archivedMonth, monthDue, noteArchived, recordsOfMonth } from '../../auth/audit/archive.ts'
import type { DroppedMonth } from '../../auth/audit/dropped.ts'
import type { AuditKeeper } from '../../auth/audit/heads.ts'
import { isArchived, readArchive, writeArchive } from './archive-file.ts'

/** How long records are kept, and where their archive is. */
export interface Retention {
  years: number
  folder: string
}

/**
 * Archives and drops months that are older than so many years, the first first: each is in its file, durably, and that signed,
 * before it is dropped. Broken off anywhere, it goes on with the next call. Throws NotCovered where a signed head is lacking,
 * AuditFault where the log is broken.
 */
export async function* archiveDue(
  store: AuditKeeper,
  { years, folder }: Retention,
  now: number,
  signal?: AbortSignal,
): AsyncGenerator<DroppedMonth> {
  for (;;) {
    signal?.throwIfAborted()
    const month = await monthDue(store, years, now)
    if (month === undefined) return
    const before = await archivedMonth(store, month)
    const archived = before ?? (await archive(store, folder, month, signal))
    // Of two processes the other may have it on its own disk.
    if (!(await isArchived(folder, archived))) throw new Error(`the archive of ${month} is not in ${folder}`)
    await store.audit.drop(month)
    yield archived
  }
}

async function archive(
  store: AuditKeeper,
  folder: string,
  month: string,
  signal: AbortSignal | undefined,
): Promise<DroppedMonth> {
  const written = await writeArchive(folder, month, recordsOfMonth(store, month), signal)
  let count = 0
  for await (const _ of readArchive(folder, written)) count++
  if (count !== written.records) throw new Error(`the archive of ${month} cannot be read back`)
  await noteArchived(store, written)
  return written
}
