import { DatabaseSync } from 'node:sqlite'

/**
 * Takes the folder for this process, so that no second one writes there; returns what gives it back. The lock is the
 * operating system's and ends with the process, however it ends. Throws when another process holds it.
 */
export function holdLock(folder: string): () => void {
  const lock = new DatabaseSync(`${folder}/lock`)
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new Error(`${folder} is in use by another chartroom process`, { cause: error })
  }
  return () => lock.close()
}
