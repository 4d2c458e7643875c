import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { freePort } from '../../server/port.ts'
import { type MongoProgram, mongoProgram } from './mongo-install.ts'

/** A MongoDB server of this process; it ends with it, whatever ends it. */
export interface MongoServer {
  /** Without a database. */
  url: string
  port: number
  /** Ends it, at once by KILL; its folder goes too, unless it was given. */
  stop(signal?: 'TERM' | 'KILL'): Promise<void>
}

export interface MongoServerOptions {
  /** Where its data lie and stay; without it in memory, where the machine has /dev/shm, until it ends. */
  folder?: string
  port?: number
  /** No replica set: a server without transactions. */
  standalone?: boolean
}

/** ms */
const START_TIME = 60_000

/** Waits for its standard input, which ends with the process that has started it, and ends the server. */
const KEEPER = `base=$1; log=$2; shift 2
"$@" >>"$log" 2>&1 </dev/null &
read -r signal
kill -"\${signal:-TERM}" $!
wait $!
test -z "$base" || rm -rf "$base"`

/** Starts a server and waits until it can be written to. Throws an Error with words when none can be had. */
export async function startMongo(options: MongoServerOptions = {}): Promise<MongoServer> {
  const program = mongoProgram()
  const base = options.folder ?? mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'chartroom-mongo-'))
  const [data, log] = [join(base, 'data'), join(base, 'log')]
  mkdirSync(data, { recursive: true })
  const port = options.port ?? (await freePort('127.0.0.1'))
  const command = [...program.command, ...argumentsOf(program, data, port, options.standalone ?? false)]
  const child = spawn('sh', ['-c', KEEPER, 'sh', options.folder === undefined ? base : '', log, ...command], {
    env: { ...process.env, ...program.environment },
    cwd: base,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const stop = () => endOf(child)
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`
  try {
    await untilWritable(url, program, options.standalone ?? false)
  } catch (error) {
    const words = existsSync(log) ? readFileSync(log, 'utf8').slice(-500) : ''
    await stop()
    throw new Error(`the MongoDB server did not start: ${String(error)} ${words}`)
  }
  release(child)
  return { url, port, stop: (signal) => endOf(child, signal) }
}

function argumentsOf({ kind }: MongoProgram, data: string, port: number, standalone: boolean): string[] {
  if (kind === 'secantus') {
    return ['--port', String(port), '--storage-path', data, ...(standalone ? ['--standalone'] : [])]
  }
  const replicaSet = standalone ? [] : ['--replSet', 'chartroom']
  return [
    '--port',
    String(port),
    '--dbpath',
    data,
    '--bind_ip',
    '127.0.0.1',
    '--setParameter',
    'enableTestCommands=1',
    ...replicaSet,
  ]
}

/** A process that has nothing else to do may end: the server ends with it. */
function release(child: ChildProcess): void {
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
}

async function endOf(child: ChildProcess, signal = 'TERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const exit = once(child, 'exit')
  child.stdin?.end(`${signal}\n`)
  await exit
}

async function untilWritable(url: string, { kind }: MongoProgram, standalone: boolean): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: START_TIME })
  try {
    const admin = client.db('admin')
    await admin.command({ ping: 1 })
    if (standalone) return
    if (kind === 'mongod') await initiate(client)
    const end = Date.now() + START_TIME
    while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
      if (Date.now() > end) throw new Error('it did not become primary')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  } finally {
    await client.close()
  }
}

/** Makes a replica set of one; one that was made before stays. */
async function initiate(client: MongoClient): Promise<void> {
  const [host] = client.options.hosts
  const members = [{ _id: 0, host: String(host) }]
  await client
    .db('admin')
    .command({ replSetInitiate: { _id: 'chartroom', members } })
    .catch((error: Error & { codeName?: string }) => {
      if (error.codeName !== 'AlreadyInitialized') throw error
    })
}
