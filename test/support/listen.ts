import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Test } from 'tap'
import { openServer, type TestServer } from './server.ts'

/** A test server that listens, for what only a socket shows. */
export interface Listening {
  server: TestServer
  port: number
  fhir: string
}

/** Opens a server for a test and lets it listen on a free port. */
export async function listen(t: Test, environment: Record<string, string> = {}): Promise<Listening> {
  const server = await openServer(t, environment)
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  return { server, port, fhir: `http://127.0.0.1:${port}/fhir` }
}

/** A connection to a server; its errors are of no interest. */
export async function dial(t: Test, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Sends bytes as they are; gives all that comes back until the server ends the connection. */
export async function sendRaw(t: Test, port: number, text: string): Promise<string> {
  const socket = await dial(t, port)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk
  })
  socket.write(text)
  await once(socket, 'close')
  return answer
}

/** The next request that reaches a server, with its answer to be. */
export async function nextRequest({ server }: Listening): Promise<[IncomingMessage, ServerResponse]> {
  return (await once(server.app.server, 'request')) as [IncomingMessage, ServerResponse]
}

/** Resolves with the first line of the log that a pattern fits, as soon as it is written. */
export function logged({ log }: TestServer, words: RegExp): Promise<string> {
  const found = log.find((line) => words.test(line))
  if (found !== undefined) return Promise.resolve(found)
  const { push } = log
  return new Promise((resolve) => {
    log.push = (...lines) => {
      for (const line of lines) if (words.test(line)) resolve(line)
      return push.apply(log, lines)
    }
  })
}
