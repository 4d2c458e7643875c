import type { IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** How long the rest of a refused body is read, in ms. */
const PATIENCE = 3_000

/**
 * Reads what is left of a body to nowhere, for a while: a client that is still sending when its connection is cut sees
 * the cut, and not the answer that says why.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return
  const ended = new Promise<void>((resolve) => request.once('close', resolve).once('end', resolve))
  // What the body was piped into takes no more.
  request.unpipe()
  request.resume()
  await Promise.race([ended, setTimeout(PATIENCE, undefined, { ref: false })])
}
