import type { FastifyInstance } from 'fastify'
import { recordStop } from './audit/running.ts'
import type { Services } from './call.ts'
import type { Log } from './http/log.ts'

/** Requests under way have this long to end; then their connections are cut. All in all it takes 10 s at the most. */
const PATIENCE = 7_000
const END = 9_500

/** On SIGTERM or SIGINT: takes no new requests, finishes those under way, closes the store, exits 0. */
export function closeOnSignal(app: FastifyInstance, services: Services, log: Log): void {
  let closing = false
  const close = async (signal: string): Promise<void> => {
    if (closing) return
    closing = true
    log.logger.info({ signal }, 'closing')
    const cut = setTimeout(() => app.server.closeAllConnections(), PATIENCE)
    setTimeout(() => void end(log, 'closed before all was done'), END).unref()
    await app.close()
    clearTimeout(cut)
    await recordStop(services)
    await services.close()
    await end(log, 'closed')
  }
  process.on('SIGTERM', () => void close('SIGTERM'))
  process.on('SIGINT', () => void close('SIGINT'))
  if (process.env.npm_lifecycle_event !== undefined) onOrphaned(() => void close('npm ended'))
}

async function end(log: Log, words: string): Promise<void> {
  log.logger.info(words)
  await log.flush()
  process.exit(0)
}

/**
 * `npm start` runs the server behind a shell. On SIGTERM npm ends itself and the shell, and the server would be left
 * behind: it has another parent then.
 */
function onOrphaned(left: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    left()
  }, 200)
  watch.unref()
}
