import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

/** A draft that nobody wrote to for so long is no living process's any more, in ms. */
const DRAFT_KEPT = 60 * 60 * 1000

/** How long what was replaced is kept for those who still read it, in ms. */
export const RETIRED_KEPT = 10 * 60 * 1000

const HOST = hostname()
const PROCESS = `${HOST} ${process.pid} `

/** The name of this process on the drafts that it begins. */
export const OWNER = PROCESS + randomUUID()

/** Whether a draft is garbage: its owner is gone, or has not written to it for an hour. `at` is when it last did, in ms. */
export function isAbandoned(owner: string, at: number): boolean {
  return Date.now() - at > DRAFT_KEPT || !mayLive(owner)
}

/** Whether a process may live. Of another machine's nothing can be known. */
function mayLive(owner: string): boolean {
  if (owner === OWNER) return true
  if (owner.startsWith(PROCESS)) return false
  const [host, pid] = owner.split(' ')
  if (host !== HOST) return true
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The error for a draft that was taken for garbage. */
export function thrownAway(): Error {
  return new Error('the draft was thrown away, since nobody wrote to it for an hour')
}
