import { encodeDeed } from '../../auth/audit/codec.ts'
import { FolderInUse } from '../../resources/store/sqlite/lock.ts'
import { leaveDeed } from '../audit/left-deeds.ts'
import type { Config } from '../config.ts'
import { refuseUnfinished } from '../copy/state.ts'
import { openStore } from '../store.ts'
import { type CommandDeed, commandDeed } from './command-record.ts'

/**
 * Puts a command on record before it begins, which works beside the store and whoever has that open. Where a server has the embedded
 * store open, it does so, within seconds or at its next start.
 *
 * @throws Error with words for the user, when it cannot be put on record
 */
export async function recordBeside(config: Config, deed: CommandDeed): Promise<void> {
  const done = commandDeed(deed)
  try {
    const { store } = await openStore(config)
    try {
      await refuseUnfinished(store, config.storeName)
      await store.commit({ changes: [], guards: [], audit: encodeDeed(done) })
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    await leaveDeed(config.dataDir, done)
  }
}
