import { createHash, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { systemAccess } from '../../auth/access.ts'
import { addClient } from '../../auth/smart/clients.ts'
import { addUser } from '../../auth/smart/users.ts'
import { openServer, type TestServer } from './server.ts'

export const ISSUER = 'http://127.0.0.1:8080/oauth'
export const FHIR = 'http://127.0.0.1:8080/fhir'
export const CALLBACK = 'https://app.example.org/callback'
export const PASSWORD = 'correct horse battery staple'

/** A server with the authorization server, its users and its clients. */
export async function openOauth(t: Test, environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await openServer(t, { AUTH: 'on', CHARTROOM_OAUTH_RATE_LIMIT: '0', ...environment })
  await addPeople(server)
  return server
}

const APP_SCOPES = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'offline_access',
  'online_access',
  'patient/*.rs',
  'user/*.cruds',
  'chartroom/launch',
]

async function addPeople({ services: { store } }: TestServer): Promise<void> {
  const doc = {
    name: 'doc',
    display: 'Dr Ada Okafor',
    fhirUser: 'Practitioner/ada',
    role: 'physician',
    organization: 'north',
  }
  await addUser(store, doc, PASSWORD)
  await addUser(store, { name: 'pat', display: 'Pat Lindqvist', fhirUser: 'Patient/pat', role: 'patient' }, PASSWORD)
  const app = { kind: 'public', redirectUris: [CALLBACK], scopes: APP_SCOPES } as const
  await addClient(store, { ...app, id: 'app', name: 'Growth Chart', launchUrl: 'https://app.example.org/launch' })
  await addClient(store, { ...app, id: 'other', name: 'Other App' })
}

/** Puts a resource there, as the server itself would. */
export async function put(
  { services }: TestServer,
  resource: { resourceType: string; id: string; [name: string]: unknown },
): Promise<void> {
  const { resourceType: type, id } = resource
  const body = Buffer.from(JSON.stringify(resource))
  const call = {
    interaction: 'update',
    type,
    id,
    access: systemAccess('test'),
    body,
    mediaType: 'application/fhir+json',
  } as const
  const { error } = await services.dispatch({ ...call, query: [], conditions: {}, strict: false })
  if (error) throw error
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** biome-ignore lint/suspicious/noExplicitAny: assertions look into answers of any shape */
  json: any
}

/** A browser as far as it matters: it keeps cookies by their path, and goes where it is sent as long as that is here. */
export class Browser {
  readonly server: TestServer
  readonly cookies = new Map<string, { value: string; path: string }>()

  constructor(server: TestServer) {
    this.server = server
  }

  async ask(
    method: 'GET' | 'POST',
    url: string,
    form?: URLSearchParams | string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const { pathname, search } = new URL(url, ISSUER)
    const cookie = [...this.cookies]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const response = await this.server.app.inject({
      method,
      url: pathname + search,
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        accept: 'text/html',
        ...headers,
      },
      ...(form === undefined ? {} : { payload: form.toString() }),
    })
    for (const line of [response.headers['set-cookie'] ?? []].flat()) this.keep(line)
    const isJson = /json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      headers: response.headers as Answer['headers'],
      text: response.body,
      json: isJson ? JSON.parse(response.body) : undefined,
    }
  }

  /** Follows redirects within the server: the last answer is a page, or leads elsewhere. */
  async go(method: 'GET' | 'POST', url: string, form?: URLSearchParams): Promise<Answer & { url: string }> {
    let [at, answer] = [url, await this.ask(method, url, form)]
    for (let hops = 0; hops < 10 && answer.status >= 300 && answer.status < 400; hops++) {
      const location = new URL(String(answer.headers.location), ISSUER)
      at = location.href
      if (location.origin !== new URL(ISSUER).origin) break
      answer = await this.ask('GET', at)
    }
    return { ...answer, url: at }
  }

  /** Fills in the form of a page (its hidden fields come along) and sends it. */
  async submit(
    page: Answer & { url: string },
    values: Record<string, string | string[]>,
  ): Promise<Answer & { url: string }> {
    return this.go('POST', page.url, formOf(page, values))
  }

  private keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/'
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, { value, path })
  }
}

export function formOf(page: Answer, values: Record<string, string | string[]>): URLSearchParams {
  const form = new URLSearchParams()
  for (const [, name = '', value = ''] of page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
    form.set(name, value)
  for (const [name, value] of Object.entries(values)) {
    form.delete(name)
    for (const one of [value].flat()) form.append(name, one)
  }
  return form
}

/** A request for authorization, with its PKCE verifier. */
export function authorization(changes: Record<string, string | undefined> = {}): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const params = {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: CALLBACK,
    scope: 'openid fhirUser launch/patient patient/*.rs',
    state: 'state-1',
    aud: FHIR,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  }
  const query = new URLSearchParams(
    Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
  return { url: `${ISSUER}/authorize?${query}`, verifier }
}

/** Signs a user in and allows what is asked; gives where the app is called back. */
export async function allow(
  browser: Browser,
  url: string,
  { user = 'doc', patient = 'p1', scopes }: { user?: string; patient?: string; scopes?: string[] } = {},
): Promise<URL> {
  let page = await browser.go('GET', url)
  if (/name="password"/.test(page.text)) page = await browser.submit(page, { name: user, password: PASSWORD })
  if (/Choose a patient/.test(page.text)) page = await browser.submit(page, { patient })
  if (/Choose an encounter/.test(page.text)) page = await browser.submit(page, { encounter: '' })
  if (!page.url.startsWith(ISSUER)) return new URL(page.url)
  const offered = [...page.text.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => scope!)
  page = await browser.submit(page, { decision: 'allow', scope: scopes ?? offered })
  return new URL(page.url)
}

/** Asks the token endpoint. */
export function token(
  browser: Browser,
  values: Record<string, string>,
  headers?: Record<string, string>,
): Promise<Answer> {
  return browser.ask('POST', `${ISSUER}/token`, new URLSearchParams(values), { accept: 'application/json', ...headers })
}

/** Changes a code for tokens. */
export function redeem(browser: Browser, callback: URL, verifier: string, client = 'app'): Promise<Answer> {
  return token(browser, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: CALLBACK,
    client_id: client,
    code_verifier: verifier,
  })
}
