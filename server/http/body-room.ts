import { Transform } from 'node:stream'
import type { preParsingHookHandler } from 'fastify'
import type { InFlight } from './in-flight.ts'

/** Bodies up to this size take no room of their own. */
const SMALL = 64 * 1024

/**
 * A hook that finds room for each body before it is read, and gives it back when the request is over: by its length
 * where that is told, else as it grows, unpacked.
 */
export function bodyRoom(inFlight: InFlight): preParsingHookHandler {
  return (request, reply, payload, done) => {
    const length = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Number.NaN : 0))
    if (length <= SMALL && request.headers['content-encoding'] === undefined) return done(null, payload)
    const give: (() => void)[] = []
    reply.raw.on('close', () => {
      for (const back of give) back()
    })
    try {
      if (length > 0 && request.headers['content-encoding'] === undefined) {
        give.push(inFlight.take(length))
        return done(null, payload)
      }
    } catch (error) {
      return done(error as Error)
    }
    const counting = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        try {
          give.push(inFlight.take(chunk.length))
          next(null, chunk)
        } catch (error) {
          next(error as Error)
        }
      },
    })
    // Once a body was refused nobody listens for its errors, and one that nobody listens for ends the process.
    counting.on('error', () => undefined)
    payload.on('error', (error) => counting.destroy(error))
    done(null, payload.pipe(counting))
  }
}
