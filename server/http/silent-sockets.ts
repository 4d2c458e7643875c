import type { Server } from 'node:http'

/** ms that a new connection has to send something; Node has no limit of its own. */
const PATIENCE = 15_000

/** Cuts connections that are opened and say nothing, so that they do not gather. */
export function cutSilent(server: Server, patience = PATIENCE): void {
  // Without a listener of its own, the server destroys a connection whose time is over.
  server.on('connection', (socket) => socket.setTimeout(patience))
  server.prependListener('request', ({ socket }) => {
    // From here on the times of requests and of idle connections hold; an answer may take long.
    if (socket.timeout === patience) socket.setTimeout(0)
  })
}
