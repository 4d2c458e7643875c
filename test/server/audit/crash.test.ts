import t from 'tap'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { storeFolder } from '../../support/folder.ts'
import { allDeeds } from '../../support/recorded.ts'
import { openServer } from '../../support/server.ts'
import { type SpawnedServer, spawnServer } from '../../support/spawn.ts'
import { observation, patient } from '../../support/two-patients.ts'

const PATIENTS = 5
const WORKERS = 12
const LIVES = 2

/** What was answered: a version that was shown or written, or how many resources a search showed. */
interface Answered {
  request: string
  code: string
  version?: number
  count?: number
}

/** Asks and writes until the server is gone; notes what was answered as a whole. */
async function ask({ fhir }: SpawnedServer, name: string, answered: Answered[]): Promise<void> {
  for (let round = 0; ; round++) {
    const of = `p${round % PATIENTS}`
    const ways = [
      { code: 'read', method: 'GET', path: `Patient/${of}` },
      { code: 'search-type', method: 'GET', path: `Observation?patient=${of}&_count=20` },
      { code: 'read', method: 'GET', path: `Patient/${of}` },
      {
        code: 'update',
        method: 'PUT',
        path: `Observation/${name}-${round}`,
        body: observation(`${name}-${round}`, of),
      },
    ]
    for (const [at, { code, method, path, body }] of ways.entries()) {
      const request = `${name}-${round}-${at}`
      try {
        const reply = await fetch(`${fhir}/${path}`, {
          method,
          headers: { 'content-type': 'application/fhir+json', 'x-request-id': request },
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
        const json = (await reply.json()) as { meta?: { versionId: string }; entry?: unknown[] }
        if (!reply.ok) throw new Error(`${path}: ${reply.status}`)
        const { meta, entry = [] } = json
        answered.push({ request, code, ...(meta ? { version: Number(meta.versionId) } : { count: entry.length }) })
      } catch (error) {
        if (error instanceof Error && /: \d+$/.test(error.message)) throw error
        return
      }
    }
  }
}

t.test(
  'kill -9 in mid-load: every answered read and write has its record, and every write that was done',
  async (t) => {
    const folder = storeFolder(t)
    const answered: Answered[] = []
    for (let life = 0; life < LIVES; life++) {
      const server = await spawnServer(folder)
      for (let at = 0; at < PATIENTS; at++) {
        const body = JSON.stringify(patient(`p${at}`))
        const headers = { 'content-type': 'application/fhir+json' }
        await fetch(`${server.fhir}/Patient/p${at}`, { method: 'PUT', headers, body })
      }
      const before = answered.length
      const workers = Array.from({ length: WORKERS }, (_, at) => ask(server, `l${life}w${at}`, answered))
      while (answered.length < before + 300) await new Promise((resolve) => setTimeout(resolve, 5))
      t.equal(await server.end('SIGKILL'), 'SIGKILL')
      await Promise.all(workers)
    }
    const server = await openServer(t, { DATA_DIR: folder })
    const deeds = new Map<string, RecordedDeed>()
    for (const deed of await allDeeds(server)) deeds.set(deed.request ?? '', deed)
    for (const { request, code, version, count } of answered) {
      const deed = deeds.get(request)
      if (!deed || deed.code !== code || deed.outcome !== '0') t.fail(`${request}: no record of ${code}`)
      if (version !== undefined && deed?.parts?.[0]?.version !== version)
        t.fail(`${request}: not of version ${version}`)
      if (count !== undefined && deed?.count !== count) t.fail(`${request}: not of ${count} resources`)
    }
    const written = new Set(
      [...deeds.values()].filter(({ code }) => code === 'update').map(({ parts }) => parts?.[0]?.id),
    )
    const stored: string[] = []
    let entries = await server.services.store.scan(undefined, 500)
    while (entries.length > 0) {
      stored.push(...entries.map(({ id }) => id))
      entries = await server.services.store.scan(entries.at(-1)!.position, 500)
    }
    t.strictSame(
      stored.filter((id) => !written.has(id)),
      [],
      'no write is there without its record',
    )
    t.ok(answered.length >= 600)
    t.comment(`${answered.length} answers, ${deeds.size} records`)
  },
)
