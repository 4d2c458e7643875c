import { DatabaseSync } from 'node:sqlite'

/** Bytes of the write-ahead log that stay on disk after a checkpoint. */
const WAL_LIMIT = 64 * 1024 * 1024

/** Opens the connection of the writer thread: what it commits survives the loss of power. */
export function openWriter(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec(`
    PRAGMA page_size = 4096;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = ${WAL_LIMIT};
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY`)
  // Selections ask whether they are still in time (`search/sqlite/deadline.ts`); those of guards were before.
  database.function('in_time', (_row) => 1)
  return database
}

/** Opens a connection that can only read. It sees every commit that was answered. */
export function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
  database.exec('PRAGMA cache_size = -32768; PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY')
  return database
}
