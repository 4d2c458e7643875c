import t from 'tap'
import { identified, post, transaction } from '../../support/bundles.ts'
import { withoutMongo } from '../../support/mongo.ts'
import { type Processes, startProcesses } from '../../support/processes.ts'
import type { Json } from '../../support/server.ts'

// Of several processes on one database, which is always MongoDB.
const skip = await withoutMongo()

/** ms that the load lasts. */
const LOAD = 6_000

const counter = (id: string, count: number) => ({
  resourceType: 'Basic',
  id,
  code: { text: 'counter' },
  extension: [{ url: 'http://x/count', valueInteger: count }],
})

/** Adds to counters, each time by what was read and If-Match; counts what was acknowledged. */
async function addUp(processes: Processes, ids: string[], end: number, added: Map<string, number>): Promise<void> {
  while (Date.now() < end) {
    const id = ids[Math.floor(Math.random() * ids.length)]!
    const { etag, json } = await processes.ask('GET', `Basic/${id}`)
    const next = counter(id, json.extension[0].valueInteger + 1)
    const { status } = await processes.ask('PUT', `Basic/${id}`, next, { 'if-match': etag })
    if (status === 200) added.set(id, (added.get(id) ?? 0) + 1)
    else if (status !== 412 && status !== 409) throw new Error(`If-Match: ${status}`)
  }
}

/** Lets every server make the same resource at once, unless there is one. */
async function createOnce(processes: Processes, end: number, made: number[]): Promise<void> {
  while (Date.now() < end) {
    const value = String(made.length)
    const headers = { 'if-none-exist': `identifier=http://x|${value}` }
    const answers = await Promise.all(
      processes.servers.map(({ fhir }) => processes.ask('POST', 'Patient', identified(value), headers, fhir)),
    )
    const statuses = answers.map(({ status }) => status)
    if (!statuses.every((status) => status === 200 || status === 201)) throw new Error(`If-None-Exist: ${statuses}`)
    made.push(statuses.filter((status) => status === 201).length)
  }
}

/** Writes two resources at a time, all or none. */
async function writePairs(processes: Processes, end: number): Promise<number> {
  const practitioner = { resourceType: 'Practitioner', name: [{ family: 'Pair' }] }
  for (let count = 0; ; count++) {
    if (Date.now() > end) return count
    const { status } = await processes.ask('POST', '', transaction(post(practitioner), post(practitioner)))
    if (status !== 200) throw new Error(`transaction: ${status}`)
  }
}

t.test('three processes under mixed load', { skip }, async (t) => {
  const processes = await startProcesses(t, 3)
  const ids = ['a', 'b', 'c', 'd']
  for (const id of ids) t.equal((await processes.ask('PUT', `Basic/${id}`, counter(id, 0))).status, 201)
  const old = { resourceType: 'Organization', name: 'Old' }
  await processes.ask('POST', '', transaction(...Array.from({ length: 30 }, () => post(old))))
  const end = Date.now() + LOAD
  const added = new Map<string, number>()
  const made: number[] = []
  const walks = async () => {
    for (let walks = 0; ; walks++) {
      if (Date.now() > end) return walks
      await processes.ask('POST', 'Organization', { ...old, name: 'New' })
      const found = (await processes.pages('Organization?_count=7')).map(({ resource }) => resource)
      t.equal(new Set(found.map(({ id }) => id)).size, found.length, 'none comes twice')
      t.equal(found.filter(({ name }) => name === 'Old').length, 30, 'and none is missing')
    }
  }
  const [pairs, walked] = await Promise.all([
    writePairs(processes, end),
    walks(),
    createOnce(processes, end, made),
    ...Array.from({ length: 4 }, () => addUp(processes, ids, end, added)),
  ])
  t.comment(`${[...added.values()].reduce((sum, one) => sum + one, 0)} updates, ${made.length} creates, ${pairs} pairs`)
  t.ok(made.length > 3 && pairs > 3 && walked > 0)

  t.test('no update is lost', async (t) => {
    for (const id of ids) {
      const { json } = await processes.ask('GET', `Basic/${id}`)
      t.equal(json.extension[0].valueInteger, added.get(id) ?? 0)
      t.equal(json.meta.versionId, String((added.get(id) ?? 0) + 1))
    }
  })

  t.test('no conditional create makes two', async (t) => {
    t.strictSame(made, Array(made.length).fill(1))
    t.equal((await processes.ask('GET', 'Patient?_summary=count')).json.total, made.length)
  })

  t.test('histories have no gaps, and their pages are of each process', async (t) => {
    for (const id of ids) {
      const versions = (await processes.pages(`Basic/${id}/_history?_count=9`)).map(({ resource }) => resource)
      const numbers = versions.map(({ meta }) => Number(meta.versionId))
      t.strictSame(
        numbers,
        Array.from(numbers, (_, at) => numbers.length - at),
      )
      t.strictSame(
        versions.map(({ extension }) => extension[0].valueInteger),
        numbers.map((number) => number - 1),
      )
    }
    const all: Json[] = await processes.pages('_history?_count=100')
    t.equal(all.length, (await processes.ask('GET', '_history?_count=0')).json.total)
    t.equal(all.filter(({ resource }) => resource.resourceType === 'Practitioner').length, pairs * 2)
    t.equal(new Set(all.map(({ fullUrl, response }) => `${fullUrl} ${response.etag}`)).size, all.length)
  })
})
