import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { JobState } from '../../operations/job.ts'
import { type Config, readConfig } from '../config.ts'
import { openServices } from '../services.ts'
import { commandDeed } from './command-record.ts'
import { askServer, openPlace, refusal, type Server } from './place.ts'
import { TOKEN_OPTION, tokenOf } from './token.ts'

/** How the command is used. */
export const REINDEX_USAGE = `reindex [--url FHIR_BASE] [--token-file FILE]
    Makes the index of all resources anew, in the store in DATA_DIR; where a server has it open, that server does. With
    MONGODB_URL, in that database, beside the servers that are on it. A server is shown the access token in the file, or
    in CHARTROOM_TOKEN. Broken off, it goes on where it stopped: when it is run again, or when the server starts.`

/** ms between two looks at how far it is. */
const INTERVAL = 500

/** A job that can be started and watched, here or elsewhere. */
interface Watched {
  /** For the user: where it works. */
  description: string
  start(): Promise<JobState>
  look(): Promise<JobState>
  close(): Promise<void>
}

/** Runs `reindex`; answers the exit code: 0, 1 when it did not come to its end, 2 for wrong usage. */
export async function reindex(args: string[], environment: Record<string, string | undefined>): Promise<number> {
  const options = readOptions(args)
  if (!options) {
    process.stderr.write(`Usage: npm run fhir -- ${REINDEX_USAGE}\n`)
    return 2
  }
  const places = { here: watchedHere, at: watchedAt }
  const { url, 'token-file': file } = options
  const token = tokenOf(environment, file && resolve(environment.INIT_CWD ?? '', file))
  const watched = await openPlace<Watched>(readConfig({ ...environment, DEMO: 'off' }), { url, token }, places)
  process.stdout.write(`Indexing anew ${watched.description}\n`)
  try {
    return await watch(watched)
  } finally {
    await watched.close()
  }
}

/** The options given; undefined for wrong usage. */
function readOptions(args: string[]): { url?: string; 'token-file'?: string } | undefined {
  try {
    return parseArgs({ args, options: { url: { type: 'string' }, ...TOKEN_OPTION } }).values
  } catch {
    return undefined
  }
}

/** Shows how far it is until it is over. */
async function watch(watched: Watched): Promise<number> {
  const began = performance.now()
  const rate = (count: number) => Math.round(count / ((performance.now() - began) / 1000))
  let state = await watched.start()
  const before = state.done
  while (state.running) {
    await setTimeout(INTERVAL)
    state = await watched.look()
    if (state.running) print(`${state.done} resources, ${rate(state.done - before)}/s`)
  }
  if (state.finished === undefined) {
    process.stderr.write(`Stopped after ${state.done} resources: ${state.failure ?? 'the server was stopped'}.\n`)
    return 1
  }
  print(`${state.done} resources indexed, ${rate(state.done - before)}/s.`)
  return 0
}

function print(words: string): void {
  process.stdout.write(`${words}\n`)
}

async function watchedHere(config: Config): Promise<Watched> {
  const { reindex: job, audit, close } = await openServices(config)
  return {
    description: `the store in ${config.storeName}`,
    async start() {
      await audit.record([commandDeed({ kind: 'operation', code: 'reindex', action: 'E' })])
      await job.start()
      return job.state()
    },
    look: async () => job.state(),
    close,
  }
}

function watchedAt(server: Server): Watched {
  return {
    description: `the store of the server at ${server.base}`,
    start: () => ask(server, 'POST'),
    look: () => ask(server, 'GET'),
    close: async () => undefined,
  }
}

/** Asks for `$reindex`. Rejects when it is not answered with a state. */
async function ask(server: Server, method: 'GET' | 'POST'): Promise<JobState> {
  const response = await askServer(server, '/$reindex', { method })
  if (!response.ok) throw await refusal(server, '/$reindex', response)
  const { parameter = [] } = (await response.json()) as { parameter?: ({ name: string } & Record<string, unknown>)[] }
  const state = parameter.map(({ name, ...value }) => [name, Object.values(value)[0]])
  return Object.fromEntries(state) as JobState
}
