import { DatabaseSync } from 'node:sqlite'

/** SQLite's result code for a lock that another connection holds. */
const BUSY = 5

/** The folder serves another process. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`${folder} is in use by another chartroom process`)
    this.name = 'FolderInUse'
  }
}

/**
 * Takes the folder for this process, so that no second one writes there; returns what gives it back. The lock is the
 * operating system's and ends with the process, however it ends. Throws FolderInUse, or what opening the file threw.
 */
export function holdLock(folder: string): () => void {
  const lock = new DatabaseSync(`${folder}/lock`)
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw (error as { errcode?: number }).errcode === BUSY ? new FolderInUse(folder) : error
  }
  return () => lock.close()
}
