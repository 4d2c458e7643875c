import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { FhirError } from '../../fhir-error.ts'

/** The version of the layout that this chartroom reads and writes. */
const LAYOUT = 1

const TABLES = `
  CREATE TABLE package (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, version TEXT NOT NULL, info TEXT NOT NULL,
    UNIQUE (name, version)
  );
  CREATE TABLE definition (
    id INTEGER PRIMARY KEY AUTOINCREMENT, package INTEGER NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL, of_type TEXT,
    head TEXT NOT NULL, text BLOB NOT NULL
  );
  CREATE INDEX definition_by_url ON definition (url, type);
  CREATE INDEX definition_by_type ON definition (type, of_type);
  CREATE INDEX definition_by_package ON definition (package);
  CREATE TABLE revision (number INTEGER NOT NULL);
  INSERT INTO revision VALUES (0);
  PRAGMA user_version = ${LAYOUT}`

/** SQLite's result code for a lock that another connection holds. */
const BUSY = 5

/** How long a writer waits for another one, and looks anew, in ms. */
const PATIENCE = 30_000
const PAUSE = 50

/** Opens `packages.db` in a folder, both made if need be. Throws an Error when a newer chartroom has laid it out. */
export function openPackages(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const database = connectPackages(folder)
  try {
    layOut(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Another connection to the same file. */
export function connectPackages(folder: string): DatabaseSync {
  const database = new DatabaseSync(`${folder}/packages.db`, { timeout: 10_000 })
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096;
    PRAGMA journal_size_limit = 16777216`)
  return database
}

function layOut(database: DatabaseSync): void {
  const layout = () => Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (layout() === LAYOUT) return
  database.exec('BEGIN IMMEDIATE')
  try {
    if (layout() === 0) database.exec(TABLES)
    else if (layout() !== LAYOUT) {
      throw new Error(
        `the packages have layout version ${layout()}, this chartroom knows ${LAYOUT}: run a newer chartroom, or restore a backup`,
      )
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Begins to write without holding up the thread while another process does. Rejects with FhirError `unavailable` when that
 * takes too long.
 */
export async function beginWrite(database: DatabaseSync): Promise<void> {
  database.exec('PRAGMA busy_timeout = 0')
  const end = Date.now() + PATIENCE
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE')
      return
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== BUSY) throw error
      if (Date.now() > end)
        throw FhirError.of('unavailable', 'Another process is writing packages; nothing was changed.')
    }
    await setTimeout(PAUSE)
  }
}
