import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ClientFacts, ClientKind } from '../../auth/smart/client-rules.ts'
import { addClient, allClients, renewSecret, setClientDisabled } from '../../auth/smart/clients.ts'
import {
  administer,
  type Console,
  type Desk,
  type Environment,
  type Given,
  organizationOf,
  tableOf,
  type Verb,
} from './administration.ts'
import { counted } from './counted.ts'
import { absentOnes, demandRole } from './roles.ts'

/** How the command is used. */
export const CLIENT_USAGE = `client add ID --name TEXT --kind public|confidential|backend --scope SCOPES [--redirect URI]… [--launch URL]
           [--jwks FILE | --jwks-uri URL] [--role ROLE] [--organization Organization/ID]
    client list
    client secret ID
    client disable ID, client enable ID
    Apps and services that may ask for tokens: a public app (it can keep no secret), a confidential one (with a secret,
    which is made up and printed, once, or with keys), a backend service (with keys). SCOPES are what it may ask for at
    the most, with spaces between. FILE has its public keys as a JWKS.`

const TEXT = { type: 'string' } as const
const KINDS: readonly ClientKind[] = ['public', 'confidential', 'backend']

const VERBS: Readonly<Record<string, Verb>> = {
  add: {
    names: 1,
    options: {
      name: TEXT,
      kind: TEXT,
      scope: { type: 'string', multiple: true },
      redirect: { type: 'string', multiple: true },
      launch: TEXT,
      jwks: TEXT,
      'jwks-uri': TEXT,
      role: TEXT,
      organization: TEXT,
    },
    deed: 'client-changed',
    run: add,
  },
  list: { names: 0, run: list },
  secret: {
    names: 1,
    deed: 'client-changed',
    run: async ({ store }, [id = '']) => toldSecret(await renewSecret(store, id)),
  },
  disable: { names: 1, deed: 'client-changed', run: ({ store }, [id = '']) => disable(store, id, true) },
  enable: { names: 1, deed: 'client-changed', run: ({ store }, [id = '']) => disable(store, id, false) },
}

/** Runs `client`; answers the exit code: 0, 1 when it failed, 2 for wrong usage. */
export function client(args: string[], environment: Environment, console?: Console): Promise<number> {
  return administer({ usage: CLIENT_USAGE, verbs: VERBS }, args, environment, console)
}

async function add(desk: Desk, [id = '']: string[], given: Given): Promise<string[]> {
  const kind = KINDS.find((one) => one === given.text('kind', 'kind').kind)
  if (kind === undefined) throw new Error(`--kind is one of ${KINDS.join(', ')}`)
  const { file } = given.text('jwks', 'file')
  const facts: ClientFacts = {
    id,
    kind,
    name: given.text('name', 'name').name ?? id,
    redirectUris: given.texts('redirect'),
    scopes: given.texts('scope').flatMap((scopes) => scopes.split(/\s+/).filter(Boolean)),
    ...given.text('launch', 'launchUrl'),
    ...given.text('jwks-uri', 'jwksUri'),
    ...(file === undefined ? {} : { jwks: await readKeys(resolve(desk.environment.INIT_CWD ?? '', file)) }),
    ...given.text('role', 'role'),
    ...organizationOf(given.text('organization', 'organization')),
  }
  await demandRole(desk, facts.role)
  const { secret } = await addClient(desk.store, facts)
  const absent = await absentOnes(desk, [facts.organization && `Organization/${facts.organization}`])
  return [`Added the ${kind} client ${id}.`, ...absent, ...(secret === undefined ? [] : toldSecret(secret))]
}

async function readKeys(path: string): Promise<NonNullable<ClientFacts['jwks']>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof parsed === 'object' && parsed !== null && 'keys' in parsed && Array.isArray(parsed.keys)) {
      return { keys: parsed.keys }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Error(`${path} is no JWKS: {"keys":[…]}`)
}

function toldSecret(secret: string): string[] {
  return [`Secret, told this once: ${secret}`]
}

async function list({ store }: Desk): Promise<string[]> {
  const rows: string[][] = []
  for await (const { id, name, kind, role = '-', secretHash, jwks, jwksUri, scopes, disabled } of allClients(store)) {
    const keys = jwksUri ?? (jwks ? `${counted(jwks.keys.length, 'key')}` : secretHash ? 'secret' : '-')
    rows.push([id, name, kind, role, keys, disabled ? 'disabled' : 'active', scopes.join(' ')])
  }
  return tableOf(['ID', 'NAME', 'KIND', 'ROLE', 'BY', 'STATUS', 'SCOPES'], rows, 'There are no clients.')
}

async function disable(store: Desk['store'], id: string, disabled: boolean): Promise<string[]> {
  await setClientDisabled(store, id, disabled)
  return [disabled ? `${id} is disabled, and its tokens are refused.` : `${id} may ask for tokens.`]
}
