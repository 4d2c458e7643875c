import type { Document } from 'mongodb'
import { pino } from 'pino'
import type { MongoStore } from '../../resources/store/mongo/store.ts'
import { buildApp } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { openServices } from '../../server/services.ts'

/** A `find` as the driver is asked for it. */
export interface DriverCall {
  find: string
  filter: Document
  projection?: Document
  sort?: Document
  limit?: number
}

/** The one `find` by which the server answers each path. Throws an Error where it makes another call, or more. */
export async function recordCalls(url: string, paths: readonly string[]): Promise<DriverCall[]> {
  // No `URL`: those of MongoDB may name several hosts.
  const monitored = `${url}${url.includes('?') ? '&' : '?'}monitorCommands=true`
  const services = await openServices(readConfig({ MONGODB_URL: monitored }))
  const app = buildApp(services, { logger: pino({ level: 'silent' }), flush: async () => undefined })
  let made: DriverCall[] = []
  let type: string | undefined
  ;(services.store as MongoStore).client.on('commandStarted', ({ commandName, command }) => {
    // What processes tell each other goes on beside.
    if (commandName === 'find' && command.find === type) made.push(callOf(command))
  })
  const calls: DriverCall[] = []
  for (const path of paths) {
    made = []
    type = /^\/fhir\/(\w+)/.exec(path)?.[1]
    const { statusCode } = await app.inject({ url: path })
    const [only, ...more] = made
    if (statusCode !== 200 || !only || more.length > 0) throw new Error(`${path}: ${statusCode}, ${made.length} finds`)
    calls.push(only)
  }
  await app.close()
  await services.close()
  return calls
}

function callOf({ find, filter, projection, sort, limit }: Document): DriverCall {
  return {
    find,
    filter,
    ...(projection ? { projection } : {}),
    ...(sort ? { sort } : {}),
    ...(limit ? { limit } : {}),
  }
}
