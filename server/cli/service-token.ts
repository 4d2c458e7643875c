import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { importJWK, type JWK, SignJWT } from 'jose'
import { isLoopbackHttp } from '../../auth/token/discovery.ts'
import { addressOf } from '../address.ts'
import { type Config, readConfig } from '../config.ts'
import { DEMO_USERS_FILE, type DemoSignIn } from '../demo/sign-in.ts'
import { CONSOLE, type Console, type Environment } from './administration.ts'
import { demoUserToken, type Endpoints } from './demo-user-token.ts'
import { reach } from './place.ts'

/** How the command is used. */
export const TOKEN_USAGE = `token [--client ID --key FILE] [--scope SCOPES] [--url FHIR_BASE]
    Prints an access token for a backend service, from the server in DATA_DIR, at PUBLIC_URL or at FHIR_BASE: for the
    demo's, whose key is in DATA_DIR, or for ID, with its private key in FILE (a JWK).
    token --user NAME [--url FHIR_BASE]
    One for a user of the demo, by the password in DATA_DIR: physician, coder, privacy-officer and so on.`

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Seconds that an assertion is good for. */
const GOOD_FOR = 60

const ALGORITHMS: Readonly<Record<string, string>> = { EC: 'ES384', RSA: 'RS384' }

/** A service that asks for a token. */
interface Service {
  id: string
  key: JWK
  scope: string
}

/** Runs `token`; answers the exit code: 0, 1 when there was none to be had, 2 for wrong usage. */
export async function token(args: string[], environment: Environment, console: Console = CONSOLE): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    console.err(`${options}\nUsage: npm run fhir -- ${TOKEN_USAGE}\n`)
    return 2
  }
  const config = readConfig({ ...environment, DEMO: 'off' })
  const base = baseOf(options, config)
  console.out(`${await tokenOfEither(options, base, config, environment)}\n`)
  return 0
}

async function tokenOfEither(options: Options, base: string, config: Config, environment: Environment) {
  if (options.user !== undefined) {
    const demo = await demoSignIn(config, 'no users of the demo')
    return demoUserToken(options.user, demo, base, await endpointsOf(base))
  }
  const service = await serviceOf(options, config, environment)
  return tokenFor(service, (await endpointsOf(base)).token_endpoint)
}

type Options = { client?: string; key?: string; scope?: string; url?: string; user?: string }

/** The options, or what is wrong with them. */
function readOptions(args: string[]): Options | string {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({ args, options: { client: text, key: text, scope: text, url: text, user: text } })
    const { user, client, scope } = values
    if (user !== undefined && (client ?? scope) !== undefined) return 'A user comes with the scopes of the demo.'
    if ((values.client === undefined) !== (values.key === undefined)) return 'A client and its key go together.'
    return values.key !== undefined && values.scope === undefined ? 'Name the scopes.' : { ...values }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** FHIR base of the server: where the one in DATA_DIR listens, which a server on MongoDB does not tell there. */
function baseOf({ url }: Options, { dataDir, mongoUrl, publicUrl }: Config): string {
  if (url !== undefined) return url.replace(/\/+$/, '')
  return `${(mongoUrl === undefined ? addressOf(dataDir) : undefined) ?? publicUrl}/fhir`
}

async function serviceOf(
  { client, key, scope }: Options,
  config: Config,
  { INIT_CWD = '' }: Environment,
): Promise<Service> {
  if (client !== undefined && key !== undefined && scope !== undefined) {
    return { id: client, key: (await readJson(resolve(INIT_CWD, key))) as JWK, scope }
  }
  const demo = await demoSignIn(config, 'no service of the demo: name --client, --key and --scope')
  return { id: demo.client.id, key: demo.client.key, scope: scope ?? demo.client.scopes.join(' ') }
}

/** What the demo's file has; `lacks` says what is not to be had without it. */
async function demoSignIn({ dataDir }: Config, lacks: string): Promise<DemoSignIn> {
  return (await readJson(join(dataDir, DEMO_USERS_FILE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new Error(`${dataDir} has no ${DEMO_USERS_FILE}, and so ${lacks}.`)
  })) as DemoSignIn
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`${path} is no JSON`)
    throw error
  }
}

/** Where the server of a FHIR base gives out tokens (SMART App Launch 2.2, ".well-known/smart-configuration"). */
async function endpointsOf(base: string): Promise<Endpoints> {
  const path = '/.well-known/smart-configuration'
  const response = await reach(base, path, { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`${base} gives out no tokens: ${path} has status ${response.status}; is AUTH on?`)
  const { authorization_endpoint, token_endpoint } = (await response.json()) as Endpoints
  const endpoints = { authorization_endpoint, token_endpoint }
  const open = Object.values(endpoints).find((url) => new URL(url).protocol !== 'https:' && !isLoopbackHttp(url))
  if (open !== undefined) throw new Error(`${open}: tokens come by https alone, save on this machine`)
  return endpoints
}

/** Asks for a token by an assertion (SMART Backend Services, "Authorization with the FHIR server"). */
async function tokenFor({ id, key, scope }: Service, endpoint: string): Promise<string> {
  const alg = ALGORITHMS[key.kty ?? '']
  if (alg === undefined || key.kid === undefined)
    throw new Error('The key is no private JWK, of kty EC or RSA, with a kid.')
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg, kid: key.kid, typ: 'JWT' })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(endpoint)
    .setJti(randomUUID())
    .setExpirationTime(`${GOOD_FOR}s`)
    .sign(await importJWK(key, alg))
  const asked = {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: ASSERTION,
    client_assertion: assertion,
  }
  const response = await reach(endpoint, '', { method: 'POST', body: new URLSearchParams(asked) })
  const answer = (await response.json().catch(() => ({}))) as Record<string, string | undefined>
  if (answer.access_token !== undefined) return answer.access_token
  throw new Error(`${endpoint}: ${answer.error_description ?? answer.error ?? `status ${response.status}`}`)
}
