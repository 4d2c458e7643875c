import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Verdict, VerifyProgress } from '../../auth/audit/chain.ts'
import { droppedMonths } from '../../auth/audit/dropped.ts'
import { keptHeads } from '../../auth/audit/kept-heads.ts'
import { type ExportedHeads, readHeads, verifyStore } from '../../auth/audit/proof.ts'
import { verifyArchive } from '../../auth/audit/verify-archive.ts'
import { readArchive } from '../audit/archive-file.ts'
import { type Config, readConfig } from '../config.ts'
import { refuseUnfinished } from '../copy/state.ts'
import { openStore } from '../store.ts'
import type { Environment } from './administration.ts'
import { counted } from './counted.ts'
import { askServer, openPlace, refusal, type Server } from './place.ts'
import { TOKEN_OPTION, tokenOf } from './token.ts'

/** ms between two lines that tell how far it is. */
const INTERVAL = 2_000

/** What the log is held against, beside the heads in the store. */
interface Against {
  heads?: ExportedHeads
  /** Folder of archived months. */
  archive?: string
}

/** A log that can be verified, here or by a server. */
interface Verified {
  /** For the user: whose log it is. */
  description: string
  verify(against: Against): Promise<Verdict>
}

/** Runs `audit verify`; answers the exit code: 0, 1 when the log is not whole, 2 for wrong usage. */
export async function verifyAudit(args: string[], environment: Environment, usage: string): Promise<number> {
  const options = readOptions(args)
  if (!options) {
    process.stderr.write(`Usage: npm run fhir -- ${usage}\n`)
    return 2
  }
  const path = (name: string) => resolve(environment.INIT_CWD ?? '', name)
  const { url, heads: file, archive, 'token-file': tokenFile } = options
  const against: Against = {
    ...(file === undefined ? {} : { heads: await headsIn(path(file)) }),
    ...(archive === undefined ? {} : { archive: path(archive) }),
  }
  const token = tokenOf(environment, tokenFile && path(tokenFile))
  const config = readConfig({ ...environment, DEMO: 'off' })
  const place = await openPlace<Verified>(config, { url, token }, { here: verifiedHere, at: verifiedAt })
  process.stdout.write(`Verifying the audit log of ${place.description}\n`)
  const verdict = await place.verify(against)
  process.stdout.write(linesOf(verdict).join(''))
  return verdict.whole ? 0 : 1
}

type Options = { [Name in 'url' | 'heads' | 'archive' | 'token-file']?: string }

function readOptions(args: string[]): Options | undefined {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args, options: { url: text, heads: text, archive: text, ...TOKEN_OPTION } }).values
  } catch {
    return undefined
  }
}

async function headsIn(file: string): Promise<ExportedHeads> {
  const heads = readHeads(await readFile(file, 'utf8'))
  if (!heads) throw new Error(`${file} is no file of \`audit heads\`.`)
  return heads
}

function linesOf({ whole, records, chains, heads, until, fault }: Verdict): string[] {
  const signed = until === undefined ? 'no signed head' : `${counted(heads, 'signed head')}, the last of ${until}`
  const read = `${counted(records, 'record')} in ${counted(chains, 'chain')}; ${signed}.\n`
  if (whole || !fault) return [read, 'The audit log is whole.\n']
  const { kind, told, chain, number, key } = fault
  const where = Object.entries({ chain, number, key }).filter(([, value]) => value !== undefined)
  return [
    read,
    `The audit log is BROKEN (${kind}): ${told}\n`,
    ...where.map(([name, value]) => `  ${name.padEnd(6)} ${value}\n`),
  ]
}

async function verifiedHere(config: Config): Promise<Verified> {
  const { store } = await openStore(config)
  return {
    description: `the store in ${config.storeName}`,
    async verify({ heads, archive }) {
      try {
        await refuseUnfinished(store, config.storeName)
        const verdict = await finished(verifyStore(store, heads))
        if (!verdict.whole || archive === undefined) return verdict
        const months = droppedMonths(store)
        const old = await finished(verifyArchive(months, keptHeads(store), (month) => readArchive(archive, month)))
        return old.whole ? { ...verdict, records: verdict.records + old.records } : old
      } finally {
        await store.close()
      }
    },
  }
}

async function finished(run: AsyncGenerator<VerifyProgress, Verdict>): Promise<Verdict> {
  let told = performance.now()
  for (;;) {
    const { done, value } = await run.next()
    if (done) return value
    if (performance.now() - told < INTERVAL) continue
    told = performance.now()
    process.stdout.write(`${value.records} records\n`)
  }
}

function verifiedAt(server: Server): Verified {
  return {
    description: `the server at ${server.base}`,
    async verify({ heads, archive }) {
      // What is not to be believed of a server is not to be asked of it.
      if (heads || archive !== undefined) {
        throw new Error('Heads and archives are held against the store itself: stop the server, or leave them out.')
      }
      const response = await askServer(server, '/AuditEvent/$verify', {})
      if (!response.ok) throw await refusal(server, '/AuditEvent/$verify', response)
      return verdictOf(await response.json())
    },
  }
}

interface Parameter {
  name: string
  part?: Parameter[]
  [value: string]: unknown
}

function verdictOf(parameters: unknown): Verdict {
  return valuesOf((parameters as { parameter?: Parameter[] }).parameter ?? []) as unknown as Verdict
}

function valuesOf(parameters: readonly Parameter[]): Record<string, unknown> {
  return Object.fromEntries(
    parameters.map(({ name, part, ...value }) => [name, part ? valuesOf(part) : Object.values(value)[0]]),
  )
}
