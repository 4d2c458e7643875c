import { Agent, request } from 'node:http'
import autocannon from 'autocannon'

/** Seconds of one measurement. */
const SECONDS = 3

/** How a server is read: for how many seconds, by how many connections, with which access token. */
export interface ReadManner {
  seconds?: number
  connections?: number
  token?: string
}

/** Requests a second that get answered to connections that read these paths in turn. Throws when one fails. */
export async function readRate(
  url: string,
  paths: readonly string[],
  { seconds = SECONDS, connections = 8, token }: ReadManner = {},
): Promise<number> {
  const options = {
    url,
    connections,
    duration: seconds,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    requests: paths.map((path) => ({ method: 'GET' as const, path })),
  }
  const result = await autocannon(options)
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} reads failed`)
  return result.requests.average
}

/** A keep-alive client of a few connections for writing: sends a body, answers status and text. */
export class WritingClient {
  private readonly agent: Agent
  private readonly base: string

  constructor(base: string, connections: number) {
    this.base = base
    this.agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  send(method: string, path: string, body?: string | Buffer): Promise<{ status: number; text: string }> {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/fhir+json', 'content-length': Buffer.byteLength(body) }
    return new Promise((resolve, reject) => {
      const outgoing = request(this.base + path, { method, agent: this.agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** Runs `work` for each item, `writers` at a time; answers the seconds that it took. */
export async function together<T>(
  items: Iterable<T>,
  writers: number,
  work: (item: T) => Promise<void>,
): Promise<number> {
  const queue = items[Symbol.iterator]()
  const started = performance.now()
  const writer = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: writers }, writer))
  return (performance.now() - started) / 1000
}
