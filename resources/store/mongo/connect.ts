import { MongoClient, type MongoClientOptions, MongoServerError, MongoServerSelectionError } from 'mongodb'

/** The database of a URL that names none. */
const DATABASE = 'chartroom'

/** MongoDB 8.0 by the version of its protocol: the first that writes to several collections in one command. */
const OLDEST_WIRE = 25

/** The longest that the server lets a transaction live, in ms, and some: no command takes longer. */
const SOCKET_TIME = 65_000

/** What answers rest on, whatever the URL says. */
const OWN: MongoClientOptions = {
  appName: 'chartroom',
  promoteBuffers: true,
  ignoreUndefined: true,
  readPreference: 'primary',
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority', journal: true },
  retryReads: true,
  retryWrites: true,
}

/** How long things may take, in ms, where the URL does not say so. A server that hangs is found out by its heartbeat. */
const TIMES = {
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 4_000,
  heartbeatFrequencyMS: 3_000,
  waitQueueTimeoutMS: 5_000,
  socketTimeoutMS: SOCKET_TIME,
}

/** For a command that reads one resource or a page of them: the longest that it may take the server, in ms. */
export const LIMITED = { maxTimeMS: 10_000 }

/** A client, and whether there is a primary by what it has heard last. */
export interface Connection {
  readonly client: MongoClient
  readonly writable: boolean
}

/**
 * Connects to the deployment that a URL names. Rejects with an Error of one sentence when the URL makes no sense, nobody
 * answers, or what answers has no transactions or is too old.
 */
export async function connect(url: string): Promise<Connection> {
  const client = clientOf(url)
  const connection = { client, writable: false }
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    connection.writable = [...newDescription.servers.values()].some(({ isWritable }) => isWritable)
  })
  try {
    await client.connect()
    refuseUnfit(await client.db('admin').command({ hello: 1 }))
    return connection
  } catch (error) {
    await client.close()
    if (error instanceof Unfit) throw error
    throw new Error(unreachable(error))
  }
}

/** The name of the database that a URL leads to. */
export function databaseName(url: string): string {
  const [, name] = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url) ?? []
  return name === undefined ? DATABASE : decodeURIComponent(name)
}

class Unfit extends Error {}

function clientOf(url: string): MongoClient {
  const named = (name: string) => new RegExp(`[?&]${name}=`, 'i').test(url)
  const times = Object.fromEntries(Object.entries(TIMES).filter(([name]) => !named(name)))
  try {
    return new MongoClient(url, { ...times, ...OWN })
  } catch (error) {
    throw new Error(`MONGODB_URL makes no sense: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The code of the server's AuthenticationFailed. */
const NOT_SIGNED_IN = 18

/** Why a client could not connect, and what to look at where the driver's words do not say so. */
function unreachable(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  if (error instanceof MongoServerError && error.code === NOT_SIGNED_IN) {
    return `MongoDB takes neither name nor password (${words}): the user is looked for in the database of the URL, or in the one that authSource= names`
  }
  // Somebody may have answered: a set of another name, or one that was not begun.
  if (error instanceof MongoServerSelectionError && words.startsWith('Server selection timed out')) {
    return `MongoDB cannot be reached: no primary was found (${words}): see that replicaSet= has the name of the set, that rs.initiate() was run, and that the names of its members lead to them from here`
  }
  return `MongoDB cannot be reached: ${words}`
}

function refuseUnfit(hello: Record<string, unknown>): void {
  if (hello.setName === undefined && hello.msg !== 'isdbgrid') {
    throw new Unfit(
      'this MongoDB server stands alone, and has no transactions: start it with --replSet rs0 and run rs.initiate() in mongosh once, which makes it a replica set of one',
    )
  }
  if (Number(hello.maxWireVersion) < OLDEST_WIRE) throw new Unfit('this MongoDB server is too old: 8.0 is the oldest')
}
