import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type ExportedHeads, exportHeads } from '../../auth/audit/proof.ts'
import { type Config, readConfig } from '../config.ts'
import { refuseUnfinished } from '../copy/state.ts'
import { openStore } from '../store.ts'
import type { Environment } from './administration.ts'
import { counted } from './counted.ts'
import { askServer, openPlace, refusal, type Server } from './place.ts'
import { TOKEN_OPTION, tokenOf } from './token.ts'

/** Runs `audit heads`; answers the exit code: 0, 2 for wrong usage. Rejects with words for the user. */
export async function exportAuditHeads(args: string[], environment: Environment, usage: string): Promise<number> {
  const options = readOptions(args)
  if (!options) {
    process.stderr.write(`Usage: npm run fhir -- ${usage}\n`)
    return 2
  }
  const path = (name: string) => resolve(environment.INIT_CWD ?? '', name)
  const { url, to, 'token-file': tokenFile } = options
  const token = tokenOf(environment, tokenFile && path(tokenFile))
  const config = readConfig({ ...environment, DEMO: 'off' })
  const place = await openPlace<{ heads(): Promise<ExportedHeads> }>(
    config,
    { url, token },
    { here: headsHere, at: (server) => ({ heads: () => headsAt(server) }) },
  )
  const heads = await place.heads()
  const text = `${JSON.stringify(heads)}\n`
  if (to === undefined) process.stdout.write(text)
  else {
    await writeFile(path(to), text, { flag: 'wx' })
    process.stdout.write(`${counted(heads.heads.length, 'head')} written to ${path(to)}.\n`)
  }
  return 0
}

function readOptions(args: string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args, options: { to: text, url: text, ...TOKEN_OPTION } }).values
  } catch {
    return undefined
  }
}

async function headsHere(config: Config): Promise<{ heads(): Promise<ExportedHeads> }> {
  const { store } = await openStore(config)
  try {
    await refuseUnfinished(store, config.storeName)
    const heads = await exportHeads(store, Date.now())
    return { heads: async () => heads }
  } finally {
    await store.close()
  }
}

async function headsAt(server: Server): Promise<ExportedHeads> {
  const path = '/AuditEvent/$heads'
  const response = await askServer(server, path, {})
  if (!response.ok) throw await refusal(server, path, response)
  const { parameter = [] } = (await response.json()) as { parameter?: { name: string; valueString: string }[] }
  const valuesOf = (wanted: string) => parameter.filter(({ name }) => name === wanted).map((one) => one.valueString)
  return { keys: JSON.parse(valuesOf('keys')[0] ?? '{}'), heads: valuesOf('head') }
}
