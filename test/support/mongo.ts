import { randomBytes } from 'node:crypto'
import { MongoClient } from 'mongodb'
import type { Test } from 'tap'
import { startMongo } from './mongo-server.ts'

/** The server of this run, or in words why there is none. */
interface Had {
  url?: string
  missing?: string
}

let had: Promise<Had> | undefined

/**
 * What `skip` of a test that needs MongoDB is: words when no server can be had, else false. Under CI it is false all the same,
 * so that the test fails.
 */
export async function withoutMongo(): Promise<string | false> {
  const { missing } = await server()
  return missing === undefined || process.env.CI ? false : `no MongoDB server can be had: ${missing}`
}

/** The URL of a new database, which is dropped when the test is over. Throws an Error when no server can be had. */
export async function mongoUrl(t: Test): Promise<string> {
  const name = `chartroom-test-${randomBytes(6).toString('hex')}`
  const own = withDatabase(await foundMongo(), name)
  t.teardown(() => drop(own, name))
  return own
}

/**
 * The URL of a new database for a test that kills those who write to it. A compatible server keeps what they had in hand for
 * ever, and lets no others write: it is one of the test's own, and `sessionsEnded` is to be called.
 */
export async function mongoUrlToKillOn(t: Test): Promise<string> {
  if (!(await isCompatible())) return mongoUrl(t)
  const own = await startMongo()
  t.teardown(() => own.stop())
  return withDatabase(own.url, 'chartroom-test')
}

/** Has a compatible server give up what killed processes had in hand; MongoDB itself does so after a minute. */
export async function sessionsEnded(url: string): Promise<void> {
  if (!(await isCompatible())) return
  const client = new MongoClient(url)
  try {
    await client.db('admin').command({ killAllSessions: [] })
  } finally {
    await client.close()
  }
}

/** The URL of the server that tests run on. Throws an Error when none can be had. */
export async function foundMongo(): Promise<string> {
  const { url, missing } = await server()
  if (url === undefined) throw new Error(`no MongoDB server can be had: ${missing}`)
  return url
}

/** The port of the server, where a test can put something between: of one member on this machine, without TLS. */
export async function mongoPort(): Promise<number | undefined> {
  const { url = '' } = await server()
  const [, port] = /^mongodb:\/\/(?:127\.0\.0\.1|localhost):(\d+)\/.*directConnection=true/.exec(url) ?? []
  return port === undefined || /[?&](?:tls|ssl)=true/.test(url) ? undefined : Number(port)
}

/** Whether the server is no MongoDB but one that is compatible: its speed, plans and limits are its own. */
export async function isCompatible(): Promise<boolean> {
  const { url } = await server()
  if (url === undefined) return false
  const client = new MongoClient(url)
  try {
    return (await client.db('admin').command({ hello: 1 })).setName === 'secantus'
  } finally {
    await client.close()
  }
}

/**
 * What the tests of a run take their server from, for the processes they run in. Where it had to be started `stop` ends it.
 */
export async function mongoOfRun(): Promise<{ environment: Record<string, string>; stop(): Promise<void> }> {
  if (process.env.MONGODB_URL) return { environment: {}, stop: async () => undefined }
  try {
    const { url, stop } = await startMongo()
    return { environment: { TEST_MONGODB_URL: url }, stop: () => stop() }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return { environment: { TEST_MONGODB_MISSING: words }, stop: async () => undefined }
  }
}

/** The same server, another database. Who signs in does so where they did before. */
export function withDatabase(url: string, name: string): string {
  const [, host, database = '', options = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?([^?]*)(\?.*)?$/.exec(url) ?? []
  if (host === undefined) throw new Error('MONGODB_URL is no URL of MongoDB')
  const own = `${host}/${name}${options}`
  if (!host.includes('@') || /[?&]authSource=/i.test(options)) return own
  return `${own}${options === '' ? '?' : '&'}authSource=${database || 'admin'}`
}

function server(): Promise<Had> {
  had ??= findServer()
  return had
}

/** That of the run, or one of this process where a test is run by itself. */
async function findServer(): Promise<Had> {
  const url = process.env.MONGODB_URL || process.env.TEST_MONGODB_URL
  if (url) return { url }
  if (process.env.TEST_MONGODB_MISSING) return { missing: process.env.TEST_MONGODB_MISSING }
  const { environment } = await mongoOfRun()
  return environment.TEST_MONGODB_URL === undefined
    ? { missing: environment.TEST_MONGODB_MISSING ?? '' }
    : { url: environment.TEST_MONGODB_URL }
}

/** Drops a database. */
export async function drop(url: string, name: string): Promise<void> {
  const client = new MongoClient(url)
  try {
    await client.db(name).dropDatabase()
  } finally {
    await client.close()
  }
}
