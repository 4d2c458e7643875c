import { readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Deed } from '../../auth/audit/deed.ts'
import type { ClientFacts, ClientKey } from '../../auth/smart/client-rules.ts'
import { newClient, putClient } from '../../auth/smart/clients.ts'
import { wasCommitted } from '../../auth/smart/kept-record.ts'
import { randomPassword } from '../../auth/smart/password.ts'
import type { UserFacts } from '../../auth/smart/user-facts.ts'
import { newUser, putOf } from '../../auth/smart/users.ts'
import type { Services } from '../call.ts'

/** Where the passwords are kept, in DATA_DIR. */
export const DEMO_USERS_FILE = 'demo-users.json'

/** What the file has: passwords by name, the app that they sign in with, and the service with its private key. */
export interface DemoSignIn {
  users: Record<string, string>
  app: { id: string; redirectUri: string; scopes: readonly string[] }
  client: { id: string; scopes: readonly string[]; key: JWK }
}

const CLIENT = {
  id: 'demo-backend',
  name: 'Backend service of the demo',
  kind: 'backend',
  redirectUris: [],
  scopes: ['system/*.cruds', 'system/AuditEvent.rs', 'chartroom/admin'],
} satisfies ClientFacts

/** What `fhir token --user` signs in with: nothing answers at its redirect URI. */
const APP = {
  id: 'demo-app',
  name: 'Command line of the demo',
  kind: 'public',
  redirectUris: ['http://127.0.0.1:8999/after'],
  scopes: ['openid', 'fhirUser', 'user/*.cruds', 'user/AuditEvent.rs', 'chartroom/admin'],
} satisfies ClientFacts

/**
 * Gives the demo hospital its users, one of each role, and a backend service, with random passwords and a random key: where
 * it is there and nobody was ever added. Gives the lines that tell of it, undefined where nothing was done: of several
 * processes on the store one does.
 */
export async function addDemoSignIn({ store, config, audit }: Services): Promise<string | undefined> {
  if (!(await store.read('Organization', 'demo-hospital'))?.text) return undefined
  if ((await store.state.list('user', undefined, 1)).length > 0) return undefined
  if ((await store.state.list('client', undefined, 1)).length > 0) return undefined
  const users = demoUsers().map((facts) => ({ facts, password: randomPassword() }))
  const records = await Promise.all(users.map(({ facts, password }) => newUser(facts, password)))
  const { client, key } = await newService()
  const told: DemoSignIn = {
    users: Object.fromEntries(users.map(({ facts, password }) => [facts.name, password])),
    app: { id: APP.id, redirectUri: APP.redirectUris[0]!, scopes: APP.scopes },
    client: { id: CLIENT.id, scopes: CLIENT.scopes, key },
  }
  const clients = [client, newClient(APP).client].map((one) => putClient(one, 'absent'))
  const changes = [...records.map((user) => putOf(user, 'absent')), ...clients]
  const commit = async () => {
    const done = await wasCommitted(store, ...changes)
    if (done) await audit.record([demoUsersDeed()])
    return done
  }
  // On MongoDB nothing is kept in DATA_DIR, which may be another one for each process.
  if (config.mongoUrl !== undefined) return (await commit()) ? linesOf(told, undefined) : undefined
  const file = join(config.dataDir, DEMO_USERS_FILE)
  return (await keepIn(file, told, commit)) ? linesOf(told, file) : undefined
}

function demoUsersDeed(): Deed {
  const agent = { system: 'server' }
  return {
    at: Date.now(),
    kind: 'security',
    code: 'user-changed',
    action: 'C',
    outcome: '0',
    agent,
    query: 'demo users',
  }
}

/** Writes the file before what it tells is so, in a place aside: whichever fails, nobody is there whose password is lost. */
async function keepIn(file: string, told: DemoSignIn, commit: () => Promise<boolean>): Promise<boolean> {
  const aside = `${file}.new`
  await rm(aside, { force: true })
  await writeFile(aside, `${JSON.stringify(told, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
  const done = await commit()
  if (done) await rename(aside, file)
  else await rm(aside, { force: true })
  return done
}

/** The users, without their passwords. */
export function demoUsers(): UserFacts[] {
  return JSON.parse(readFileSync(new URL('users.json', import.meta.url), 'utf8')) as UserFacts[]
}

async function newService() {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const key: JWK = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES384', use: 'sig' }
  const { d: _, ...known } = key
  return { key, ...newClient({ ...CLIENT, jwks: { keys: [known as ClientKey] } }) }
}

function linesOf({ users, client }: DemoSignIn, file: string | undefined): string {
  const width = Math.max(...Object.keys(users).map((name) => name.length))
  const rows = Object.entries(users).map(([name, password]) => `  ${name.padEnd(width)}  ${password}`)
  const kept = file === undefined ? 'told this once' : `told this once, and kept in ${file}`
  const service =
    file === undefined
      ? `Its backend service is ${client.id}; its private key: ${JSON.stringify(client.key)}`
      : `Its backend service is ${client.id}; its private key is in ${file}.`
  return [`The demo has a user of each role; the passwords, ${kept}:`, ...rows, service].join('\n')
}
