import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import type { Json } from '../../support/server.ts'
import { type SpawnedServer, spawnServer } from '../../support/spawn.ts'
import { inSeconds, type SigningKey, signingKey } from '../../support/tokens.ts'

/** The site of a service: where its public keys are. Answers their URL. */
async function siteOf(t: Test, { jwk }: SigningKey): Promise<string> {
  const site = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] }))).listen(
    0,
    '127.0.0.1',
  )
  await once(site, 'listening')
  t.teardown(() => site.close())
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/jwks`
}

/** A server that lets two services in: one that loads everything, one that sees the men and their final observations. */
async function open(t: Test, key: SigningKey): Promise<SpawnedServer> {
  const folder = storeFolder(t)
  const keys = await siteOf(t, key)
  for (const [id, scope] of [
    ['loader', 'system/*.cruds'],
    ['reader', 'system/Patient.rs?gender=male system/Observation.crs?status=final'],
  ] as const) {
    const facts = ['--name', id, '--kind', 'backend', '--scope', scope, '--jwks-uri', keys]
    const { code, output } = await runCli(await placeOf(folder), 'client', 'add', id, ...facts)
    t.equal(code, 0, output)
  }
  const server = await spawnServer(folder, { AUTH: 'on' })
  t.teardown(() => server.stop())
  return server
}

interface Reply {
  status: number
  headers: Headers
  json: Json
}

async function reply(response: Response): Promise<Reply> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) }
}

/** A service that found out by discovery where tokens are had. */
class Service {
  readonly id: string
  private readonly key: SigningKey
  private readonly fhir: string
  bearer: Record<string, string> = {}

  constructor(id: string, key: SigningKey, fhir: string) {
    this.id = id
    this.key = key
    this.fhir = fhir
  }

  async signIn(scope: string): Promise<Reply> {
    const { token_endpoint } = (await reply(await fetch(`${this.fhir}/.well-known/smart-configuration`))).json
    const claims = { iss: this.id, sub: this.id, aud: token_endpoint, exp: inSeconds(240), jti: crypto.randomUUID() }
    const assertion = await new SignJWT(claims)
      .setProtectedHeader({ alg: this.key.alg, kid: this.key.kid, typ: 'JWT' })
      .sign(this.key.privateKey)
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    const answer = await reply(await fetch(token_endpoint, { method: 'POST', body }))
    this.bearer = { authorization: `Bearer ${answer.json?.access_token}` }
    return answer
  }

  async ask(method: string, path: string, body?: Json, headers: Record<string, string> = {}): Promise<Reply> {
    const url = path.startsWith('http') ? path : `${this.fhir}/${path}`
    const type = { 'content-type': 'application/fhir+json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return reply(await fetch(url, { method, headers: { ...type, ...this.bearer, ...headers }, ...sent }))
  }

  /** Names of what a search finds, over all pages. */
  async found(path: string): Promise<string[]> {
    const names: string[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const { json } = await this.ask('GET', next)
      for (const { resource } of json.entry ?? []) names.push(resource.id)
      next = json.link.find(({ relation }: Json) => relation === 'next')?.url
    }
    return names.sort()
  }
}

const PEOPLE = 12

/** Men and women in turn, with an observation each, of which every third is no final one. */
function hospital(): Json {
  const entry = Array.from({ length: PEOPLE }, (_, at) => [
    { resourceType: 'Patient', id: `p${at}`, gender: at % 2 === 0 ? 'male' : 'female' },
    {
      resourceType: 'Observation',
      id: `o${at}`,
      status: at % 3 === 0 ? 'preliminary' : 'final',
      code: { text: 'weight' },
      subject: { reference: `Patient/p${at}` },
    },
  ])
    .flat()
    .map((resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }))
  return { resourceType: 'Bundle', type: 'transaction', entry }
}

t.test(
  'a service with a JWKS URL gets a token, loads a Bundle and searches; another sees its part of it',
  async (t) => {
    const key = await signingKey('k1', 'ES384')
    const { fhir } = await open(t, key)
    const loader = new Service('loader', key, fhir)
    const reader = new Service('reader', key, fhir)

    t.equal((await loader.ask('GET', 'Patient')).status, 401, 'not without a token')
    t.match(await loader.signIn('system/*.cruds'), { status: 200, json: { scope: 'system/*.cruds' } })
    t.equal((await loader.ask('POST', '', hospital())).status, 200)
    t.equal((await loader.found('Patient?_count=5')).length, PEOPLE)
    t.strictSame(await loader.found('Observation?patient.gender=female&status=preliminary&_count=1'), ['o3', 'o9'])

    const scope = 'system/Patient.rs?gender=male system/Observation.crs?status=final'
    t.match(await reader.signIn(scope), { status: 200, json: { scope } })
    t.strictSame(await reader.found('Patient?_count=2'), ['p0', 'p10', 'p2', 'p4', 'p6', 'p8'])
    t.strictSame(await reader.found('Observation?patient.gender=female'), [], 'nothing by way of what is hidden')
    t.strictSame(await reader.found('Observation?patient.gender=male'), ['o10', 'o2', 'o4', 'o8'])
    t.strictSame(
      (await reader.ask('GET', 'Patient/p1')).json.issue[0].diagnostics,
      'Patient/p1 is not known.',
      'hidden is absent',
    )
    t.equal((await reader.ask('DELETE', 'Patient/p0')).status, 403)

    const { json } = await loader.ask('GET', 'Observation?_count=2')
    const { url } = json.link.find(({ relation }: Json) => relation === 'next')
    t.equal((await loader.ask('GET', url)).status, 200)
    const foreign = await reader.ask('GET', url)
    t.equal(foreign.status, 400, "another caller's page link")
    t.notMatch(JSON.stringify(foreign.json), /weight/)

    const made = { resourceType: 'Observation', status: 'final', code: { text: 'height' } }
    const once = { 'idempotency-key': 'the-same' }
    t.equal((await loader.ask('POST', 'Observation', made, once)).status, 201)
    t.equal((await loader.ask('POST', 'Observation', made, once)).status, 409)
    t.equal((await reader.ask('POST', 'Observation', made, once)).status, 201, "another caller's key is another key")

    const forged = { authorization: `${loader.bearer.authorization!.slice(0, -6)}AAAAAA` }
    const refused = await loader.ask('GET', 'Patient/p0', undefined, forged)
    t.equal(refused.status, 401)
    t.match(refused.headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/)
    t.notMatch(JSON.stringify(refused.json), /male/)
  },
)
