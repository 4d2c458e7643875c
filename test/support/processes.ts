import type { Test } from 'tap'
import { storeFolder } from './folder.ts'
import { mongoUrl } from './mongo.ts'
import type { Json } from './server.ts'
import { type SpawnedServer, spawnServer } from './spawn.ts'

/** What clients know the servers by, whichever of them a balancer leads to. */
const PUBLIC_URL = 'http://chartroom.example'

/** Several servers on one database. */
export class Processes {
  readonly servers: SpawnedServer[]
  private turn = 0

  constructor(servers: SpawnedServer[]) {
    this.servers = servers
  }

  /** The FHIR base of one after the other. */
  get next(): string {
    const running = this.servers.filter(({ process }) => process.exitCode === null && process.signalCode === null)
    return running[this.turn++ % running.length]!.fhir
  }

  /** Asks a server, by its FHIR base; the next one where none is named. */
  async ask(method: string, path: string, body?: Json, headers: Record<string, string> = {}, at = this.next) {
    const response = await fetch(`${at}/${path}`.replace(/\/$/, ''), {
      method,
      headers: { 'content-type': 'application/fhir+json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      retryAfter: response.headers.get('retry-after'),
      json: (text === '' ? undefined : JSON.parse(text)) as Json,
    }
  }

  /** The entries of all pages, each asked from another server. */
  async pages(path: string): Promise<Json[]> {
    const entries: Json[] = []
    for (let url: string | undefined = path; url !== undefined; ) {
      const { status, json } = await this.ask('GET', url)
      if (status !== 200) throw new Error(`${url}: ${status} ${JSON.stringify(json)}`)
      entries.push(...(json.entry ?? []))
      const link = json.link.find(({ relation }: Json) => relation === 'next')
      url = link?.url.replace(`${PUBLIC_URL}/fhir/`, '')
    }
    return entries
  }
}

/** Starts servers on a database of their own, which is at `url`; they are ended when the test is over. */
export async function startProcesses(t: Test, count: number, url?: string): Promise<Processes> {
  const MONGODB_URL = url ?? (await mongoUrl(t))
  const servers = await Promise.all(
    Array.from({ length: count }, () => spawnServer(storeFolder(t), { MONGODB_URL, PUBLIC_URL })),
  )
  t.teardown(() => Promise.all(servers.map((server) => server.stop())))
  return new Processes(servers)
}

/** Resolves when something is so; rejects with words when it is not after so many ms. */
export async function until(words: string, ms: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + ms; ; ) {
    if (await isSo()) return
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${words}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
