import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SHIPPED } from '../../auth/policy/shipped.ts'
import { StoredPolicies } from '../../auth/policy/stored.ts'
import { CommitRefused } from '../../resources/store/port.ts'
import type { StateChange } from '../../resources/store/state.ts'
import { ParameterRegistry } from '../../search/parameters.ts'
import { CustomParameters } from '../custom-parameters.ts'
import { openKnowledge } from '../knowledge.ts'
import {
  administer,
  type Console,
  type Desk,
  type Environment,
  type Given,
  tableOf,
  type Verb,
} from './administration.ts'

/** How the command is used. */
export const POLICY_USAGE = `policy list
    policy show ROLE [--number N]
    policy set FILE
    policy restore ROLE
    What the users and services of a role may do (auth/policy/README.md). set puts the policy of a file, after it was
    checked, in the place of the one of its name; show prints it, or the Nth that was set; restore brings the shipped
    one back. Servers go by it within seconds.`

const VERBS: Readonly<Record<string, Verb>> = {
  list: { names: 0, run: list },
  show: { names: 1, options: { number: { type: 'string' } }, run: show },
  set: { names: 1, deed: 'policy-changed', run: set },
  restore: { names: 1, deed: 'policy-changed', run: restore },
}

/** Runs `policy`; answers the exit code: 0, 1 when it failed, 2 for wrong usage. */
export function policy(args: string[], environment: Environment, console?: Console): Promise<number> {
  return administer({ usage: POLICY_USAGE, verbs: VERBS }, args, environment, console)
}

async function list({ store }: Desk): Promise<string[]> {
  const policies = new StoredPolicies(store.state)
  const rows: string[][] = []
  for (const name of await policies.names()) {
    const found = await policies.find(name)
    const of = !SHIPPED.has(name) ? 'stored' : found === SHIPPED.get(name) ? 'shipped' : 'stored over the shipped one'
    rows.push(found ? [name, found.version, of, found.title] : [name, '-', 'gives nothing', '-'])
  }
  return tableOf(['ROLE', 'VERSION', 'FROM', 'TITLE'], rows, 'There are no policies.')
}

async function show({ store }: Desk, [role = '']: string[], given: Given): Promise<string[]> {
  const policies = new StoredPolicies(store.state)
  const { number } = given.text('number', 'number')
  const found = number === undefined ? await policies.find(role) : await policies.version(role, Number(number))
  if (!found) throw new Error(`There is no policy ${role}${number === undefined ? '' : ` of number ${number}`}.`)
  return [JSON.stringify(found, undefined, 2)]
}

async function set(desk: Desk, [file = '']: string[]): Promise<string[]> {
  const path = resolve(desk.environment.INIT_CWD ?? '', file)
  const { store, searcher, config } = desk
  const parameters = new ParameterRegistry()
  await new CustomParameters(parameters).load(searcher)
  const context = { baseUrl: `${config.publicUrl}/fhir`, parameters, zone: config.zone }
  const policy = await readJson(path)
  const knowledge = await openKnowledge(config)
  const place = { context, searcher, knowledge, lacks: () => false }
  const changes = await new StoredPolicies(store.state).replacing(policy, place).finally(() => knowledge.close())
  desk.says(`policy set ${changes[1]?.key}`)
  await write(store, changes)
  return [`Set the policy ${changes[0]?.key}; it is ${changes[1]?.key}.`]
}

async function restore({ store }: Desk, [role = '']: string[]): Promise<string[]> {
  const policies = new StoredPolicies(store.state)
  if (!(await policies.names()).includes(role)) throw new Error(`There is no policy ${role}.`)
  await write(store, await policies.restoring(role))
  return [SHIPPED.has(role) ? `${role} has its shipped policy.` : `${role} has no policy any more, and may do nothing.`]
}

async function write(store: Desk['store'], state: StateChange[]): Promise<void> {
  try {
    if (state.length > 0) await store.commit({ changes: [], guards: [], state })
  } catch (error) {
    if (error instanceof CommitRefused) throw new Error('Another one set it at this moment; look at it, and try again.')
    throw error
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
