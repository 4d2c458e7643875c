import type { ClientSession } from 'mongodb'
import type { Selection } from '../port.ts'

/** A search that a commit repeats in its transaction. */
export interface MongoSelection extends Selection {
  selection: 'mongo'
  /**
   * Name the search: two that may make the same resource write one document of such a name, so that one of them begins
   * again and finds what the other has made.
   */
  locks: readonly string[]
  /** Ids of `most` matches at the most, as the session sees them. What the driver throws is let through as it is. */
  ids(session: ClientSession, most: number): Promise<string[]>
}
