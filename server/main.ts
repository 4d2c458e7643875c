import type { FastifyInstance } from 'fastify'
import { tellAddress } from './address.ts'
import { buildApp } from './app.ts'
import { recordStart } from './audit/running.ts'
import type { Services } from './call.ts'
import { type Config, readConfig } from './config.ts'
import { demoHints, loadDemo } from './demo/load.ts'
import { addDemoSignIn } from './demo/sign-in.ts'
import { loadAtStart } from './guides/at-start.ts'
import { type Log, openLog } from './http/log.ts'
import { freePort } from './port.ts'
import { openServices } from './services.ts'
import { closeOnSignal } from './shutdown.ts'
import { absentProfiles } from './validation/absent-profiles.ts'
import { version } from './version.ts'
import { warmUp } from './warm-up.ts'

/** Starts the server with the settings of the environment. */
async function main(): Promise<void> {
  // Records are for the user alone that runs the server.
  process.umask(0o077)
  const config = await settled()
  const log = openLog(config.logLevel)
  const services = await openServices(config, (reason) => void giveUp(log, reason))
  const start = { done: false }
  const app = buildApp(services, log, start)
  await listen(app, config)
  await recordStart(services)
  await loadPackages(services, log)
  closeOnSignal(app, services, log)
  if (config.mongoUrl === undefined) tellAddress(config)
  log.logger.info(
    { version, url: config.publicUrl, host: config.host, port: config.port, store: config.storeName },
    'listening',
  )
  if (services.moved.left > 0)
    log.logger.warn(services.moved, 'AuditEvents in the store are too large for the audit log')
  if (!config.auth) log.logger.warn('AUTH is off: every door is open, on loopback alone')
  const demo = config.demo && (await loadDemo(services, new Date().toISOString().slice(0, 10)))
  start.done = true
  services.folded.onFailure = (error) => log.logger.error({ detail: String(error) }, 'refusals are not recorded')
  services.reindex.onFailure = (error) => log.logger.error({ detail: String(error) }, 'indexing anew failed')
  services.reindex.onOverrun = (parameter) =>
    log.logger.warn(parameter, 'a search parameter takes too long: resources are stored without its entries')
  services.reindex.catchUp()
  services.upkeep.onFailure = (error) =>
    log.logger.error({ detail: String(error) }, 'looking after the audit log failed')
  services.upkeep.start()
  warmUp().catch((error) => log.logger.error({ detail: String(error) }, 'warming up failed'))
  if (demo) process.stdout.write(`${demoHints(services.baseUrl, config.auth)}\n`)
  const signIn = config.demo && config.auth ? await addDemoSignIn(services) : undefined
  if (signIn !== undefined) process.stdout.write(`${signIn}\n`)
}

/** Packages that a setting names and that are not there yet. */
async function loadPackages(services: Services, log: Log): Promise<void> {
  const { loaded, warnings } = await loadAtStart(services)
  for (const { name, version, definitions } of loaded) log.logger.info({ name, version, definitions }, 'package loaded')
  for (const warning of warnings) log.logger.warn({ warning }, 'package')
  const absent = await absentProfiles(services.config.validation.profiles, services.definitions.own.canonicals)
  for (const warning of absent) log.logger.warn({ warning }, 'CHARTROOM_PROFILES')
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Error(`port ${port} is taken; set PORT to another one`, { cause: error })
  }
}

/** A process that can never write again is of no use: whoever watches it starts another. */
async function giveUp(log: Log, reason: string): Promise<void> {
  log.logger.fatal({ detail: reason }, 'the store is down')
  await log.flush()
  process.exit(1)
}

/** The settings, with a free port in the place of 0. */
async function settled(): Promise<Config> {
  const config = readConfig(process.env)
  if (config.port !== 0) return config
  const port = await freePort(config.host)
  return { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) }
}

main().catch((error: unknown) => {
  process.stderr.write(`chartroom: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
