import type { Archive, ArchivedState, ArchivePart } from '../../resources/store/archive.ts'
import type { StateChange } from '../../resources/store/state.ts'
import type { End } from './ends.ts'
import { partsOf } from './streams.ts'

/**
 * Kinds of state that a copy leaves behind: what is under way between a server and those who are signed in (sessions, grants, codes, what cookies are signed with,
 * used assertions, broken glass). Whoever was signed in does so once more.
 */
const OF_THE_MOMENT = /^(session|grant|launch|jti|btg|lockout|secret|oidc:.*)$/

/** Entries of state removed in one unit at the most. */
const REMOVED = 500

/** What a copy carries of state: clients, users, signing keys, policies, revocations. */
export async function* carriedState(archive: Archive): AsyncGenerator<ArchivedState> {
  for await (const entry of archive.state()) if (!OF_THE_MOMENT.test(entry.kind)) yield entry
}

/** Whether a store has state that somebody has put there. A server that was started on it has made its own keys. */
export async function hasState(archive: Archive): Promise<boolean> {
  for await (const { kind } of archive.state()) if (kind !== 'key' && kind !== 'secret') return true
  return false
}

/**
 * Makes the state of one store be that of another: all of it, each time, since it does not grow by its end alone. `restore`
 * writes a part.
 */
export async function carryState(from: End, to: End, restore: (part: ArchivePart) => Promise<void>): Promise<void> {
  const gone: StateChange[] = []
  for await (const { kind, key } of to.store.archive.state()) {
    if ((await from.store.state.get(kind, key)) === undefined) gone.push({ kind: 'remove', of: kind, key })
  }
  for (let start = 0; start < gone.length; start += REMOVED) {
    await to.store.commit({ changes: [], guards: [], state: gone.slice(start, start + REMOVED) })
  }
  const stream = {
    read: () => carriedState(from.store.archive),
    size: ({ value }: ArchivedState) => JSON.stringify(value).length,
  }
  for await (const state of partsOf(stream, undefined)) await restore({ state })
}
