import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { systemAccess } from '../../auth/access.ts'
import type { ScreenState } from '../../operations/screens.ts'
import { dateRange } from '../../resources/dates.ts'
import { type Config, readConfig } from '../config.ts'
import { openServices } from '../services.ts'
import type { Environment } from './administration.ts'
import { counted } from './counted.ts'
import { askServer, openPlace, refusal, type Server } from './place.ts'
import { TOKEN_OPTION, tokenOf } from './token.ts'

/** ms between two looks at how far it is. */
const INTERVAL = 500

/** Where a screen can be run, here or by a server. */
interface Screening {
  /** For the user. */
  description: string
  /** Days as they were given, both included. */
  start(from: string, to: string): Promise<ScreenState>
  look(): Promise<ScreenState>
  close(): Promise<void>
}

/** Runs `audit screen`; answers the exit code: 0, 1 when it did not come to its end, 2 for wrong usage. */
export async function screenAudit(args: string[], environment: Environment, usage: string): Promise<number> {
  const options = readOptions(args)
  const { from, to } = options ?? {}
  if (!options || from === undefined || to === undefined) {
    process.stderr.write(`Usage: npm run fhir -- ${usage}\n`)
    return 2
  }
  const { url, 'token-file': file } = options
  const token = tokenOf(environment, file && resolve(environment.INIT_CWD ?? '', file))
  const config = readConfig({ ...environment, DEMO: 'off' })
  const place = await openPlace<Screening>(config, { url, token }, { here: screeningHere, at: screeningAt })
  process.stdout.write(`Screening the audit log of ${place.description}\n`)
  try {
    return await watch(place, from, to)
  } finally {
    await place.close()
  }
}

function readOptions(args: string[]) {
  const options = {
    from: { type: 'string' },
    to: { type: 'string' },
    url: { type: 'string' },
    ...TOKEN_OPTION,
  } as const
  try {
    return parseArgs({ args, options }).values
  } catch {
    return undefined
  }
}

async function watch(place: Screening, from: string, to: string): Promise<number> {
  let state = await place.start(from, to)
  let told: string | undefined
  while (state.running) {
    await setTimeout(INTERVAL)
    state = await place.look()
    if (state.day !== undefined && state.day !== told) process.stdout.write(`${state.day}: ${state.done} records\n`)
    told = state.day
  }
  if (state.finished === undefined) {
    process.stderr.write(`The screen did not come to its end: ${state.failure ?? 'the server was stopped'}.\n`)
    return 1
  }
  const { findings = 0, made = 0, renewed = 0, looks = 0, explained = 0 } = state
  process.stdout.write(`${looks} accesses of users to patients by day, ${explained} of them explained by the record.\n`)
  process.stdout.write(`${counted(findings, 'finding')}; ${counted(made, 'Task')} made, ${renewed} renewed.\n`)
  return 0
}

async function screeningHere(config: Config): Promise<Screening> {
  const { screens, close, zone } = await openServices(config)
  return {
    description: `the store in ${config.storeName}`,
    async start(from, to) {
      const [first, last] = [dateRange(from, zone), dateRange(to, zone)]
      if (!first || !last || last.end <= first.start)
        throw new Error('--from and --to take days, --to none before --from.')
      await screens.start({ start: first.start, end: last.end }, systemAccess('cli'))
      return screens.state()
    },
    look: () => screens.state(),
    close,
  }
}

function screeningAt(server: Server): Screening {
  return {
    description: `the server at ${server.base}`,
    start: (from, to) => {
      const days = Object.entries({ start: from, end: to })
      const parameter = days.map(([name, valueString]) => ({ name, valueString }))
      const body = JSON.stringify({ resourceType: 'Parameters', parameter })
      return ask(server, '$screen', { method: 'POST', body, headers: { 'content-type': 'application/fhir+json' } })
    },
    look: () => ask(server, '$screen-state', {}),
    close: async () => undefined,
  }
}

async function ask(server: Server, operation: string, request: RequestInit): Promise<ScreenState> {
  const response = await askServer(server, `/AuditEvent/${operation}`, request)
  if (!response.ok) throw await refusal(server, `/AuditEvent/${operation}`, response)
  const { parameter = [] } = (await response.json()) as { parameter?: ({ name: string } & Record<string, unknown>)[] }
  return Object.fromEntries(
    parameter.map(({ name, ...value }) => [name, Object.values(value)[0]]),
  ) as unknown as ScreenState
}
