import { text } from 'node:stream/consumers'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { SecurityCode } from '../../auth/audit/deed.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { FolderInUse } from '../../resources/store/sqlite/lock.ts'
import { type Config, readConfig } from '../config.ts'
import { refuseUnfinished } from '../copy/state.ts'
import { type OpenedStore, openStore } from '../store.ts'
import { CommandRecord } from './command-record.ts'

/** The environment that the command was called in. */
export type Environment = Record<string, string | undefined>

/** Where a command is told things, and tells them. */
export interface Console {
  out(words: string): void
  err(words: string): void
  /** All of standard input. */
  read(): Promise<string>
}

/** This process's own. */
export const CONSOLE: Console = {
  out: (words) => void process.stdout.write(words),
  err: (words) => void process.stderr.write(words),
  read: () => text(process.stdin),
}

/** What an administrative command works with. */
export interface Desk extends OpenedStore {
  config: Config
  environment: Environment
  read: Console['read']
  /** Tells the audit log more of what is done; before it is. */
  says(words: string): void
}

/** The options that were given, read by name: an option that was not declared is refused before. */
export class Given {
  private readonly values: Record<string, unknown>

  constructor(values: Record<string, unknown>) {
    this.values = values
  }

  /** The text of an option, under another name where `as` has one: absent where it was not given. */
  text<Name extends string>(option: string, as: Name): { [K in Name]?: string } {
    const value = this.values[option]
    return typeof value === 'string' ? ({ [as]: value } as { [K in Name]: string }) : {}
  }

  texts(option: string): string[] {
    const value = this.values[option]
    return Array.isArray(value) ? value.map(String) : []
  }

  has(option: string): boolean {
    return this.values[option] !== undefined && this.values[option] !== false
  }
}

/** One thing that a command does: `user add`. */
export interface Verb {
  /** How many names stand behind it. */
  names: number
  options?: ParseArgsOptionsConfig
  /** What the audit log calls it; absent of what only looks. */
  deed?: SecurityCode | ((given: Given) => SecurityCode | undefined)
  /** Does it; gives the lines to print. */
  run(desk: Desk, names: string[], given: Given): Promise<string[]>
}

/**
 * Runs the verb that the arguments begin with, in the store that the settings name; answers the exit code: 0, 1 when it
 * failed, 2 for wrong usage.
 */
export async function administer(
  { usage, verbs }: { usage: string; verbs: Readonly<Record<string, Verb>> },
  [name = '', ...rest]: string[],
  environment: Environment,
  { out, err, read }: Console = CONSOLE,
): Promise<number> {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  const asked = verb && readArguments(verb, rest)
  if (!verb || typeof asked !== 'object') {
    err(`${asked ? `${asked}\n` : ''}Usage: npm run fhir -- ${usage}\n`)
    return 2
  }
  const desk = await openDesk(environment)
  try {
    const record = recordOf(verb, asked, desk.store, `${usage.split(' ', 1)[0]} ${name}`)
    const says = (words: string) => record?.says(words)
    const lines = await verb.run({ ...desk, store: record?.store ?? desk.store, read, says }, asked.names, asked.given)
    await record?.finish()
    out(lines.map((line) => `${line}\n`).join(''))
    return 0
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    throw new Error(error.issues.map(({ diagnostics }) => diagnostics).join(' '), { cause: error })
  } finally {
    await desk.store.close()
  }
}

/** The record of a verb that changes something: its name and what it is done to, and never an option, which may be a secret. */
function recordOf(
  { deed }: Verb,
  { names, given }: { names: string[]; given: Given },
  store: Desk['store'],
  command: string,
): CommandRecord | undefined {
  const code = typeof deed === 'function' ? deed(given) : deed
  if (code === undefined) return undefined
  const action = command.endsWith(' add') ? 'C' : 'U'
  return new CommandRecord(store, { kind: 'security', code, action, query: [command, ...names].join(' ') })
}

/** What was given, or what is wrong with it: an empty text where that is plain. */
function readArguments({ names, options = {} }: Verb, args: string[]): { names: string[]; given: Given } | string {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    return positionals.length === names ? { names: positionals, given: new Given(values) } : ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Opens the store itself: no server is asked, since none gives out what is kept for signing in. */
async function openDesk(environment: Environment): Promise<Omit<Desk, 'read' | 'says'>> {
  const config = readConfig({ ...environment, DEMO: 'off' })
  try {
    const opened = await openStore(config)
    try {
      await refuseUnfinished(opened.store, config.storeName)
      return { ...opened, config, environment }
    } catch (error) {
      await opened.store.close()
      throw error
    }
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    throw new Error(
      `${error.message}: stop the server, run this again, and start it. (On MongoDB it works beside the servers.)`,
      { cause: error },
    )
  }
}

/** Rows as a table, its columns as wide as they need to be; `none` where there are no rows. */
export function tableOf(head: string[], rows: string[][], none: string): string[] {
  if (rows.length === 0) return [none]
  const all = [head, ...rows]
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** A moment as people read it, in UTC to the minute. */
export function momentOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`
}

/** The id of an Organization that is given as `Organization/id` or by its id alone. */
export function organizationOf({ organization }: { organization?: string }): { organization?: string } {
  return organization === undefined ? {} : { organization: organization.replace(/^Organization\//, '') }
}
