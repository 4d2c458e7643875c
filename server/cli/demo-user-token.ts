import { createHash, randomBytes } from 'node:crypto'
import type { DemoSignIn } from '../demo/sign-in.ts'
import { reach } from './place.ts'

/** Redirects and pages of one sign-in at the most. */
const MOST_STEPS = 12

/** Where tokens are asked for (SMART App Launch 2.2, ".well-known/smart-configuration"). */
export interface Endpoints {
  authorization_endpoint: string
  token_endpoint: string
}

/**
 * An access token of a user of the demo: signs in by the pages that a browser is shown, as the demo's own app, and allows it all.
 * Rejects with words for the user where there is no such user, or the password is another one by now.
 */
export async function demoUserToken(
  name: string,
  { users, app }: DemoSignIn,
  base: string,
  endpoints: Endpoints,
): Promise<string> {
  const password = Object.hasOwn(users, name) ? users[name] : undefined
  if (password === undefined) throw new Error(`The demo has no user ${name}: it has ${Object.keys(users).join(', ')}.`)
  const verifier = randomBytes(32).toString('base64url')
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: app.id,
    redirect_uri: app.redirectUri,
    scope: app.scopes.join(' '),
    state: randomBytes(8).toString('hex'),
    aud: base,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const visit = new Visit(app.redirectUri, { name, password })
  const code = await visit.codeFrom(`${endpoints.authorization_endpoint}?${asked}`)
  const grant = { grant_type: 'authorization_code', code, client_id: app.id, redirect_uri: app.redirectUri }
  const body = new URLSearchParams({ ...grant, code_verifier: verifier })
  const response = await reach(endpoints.token_endpoint, '', { method: 'POST', body })
  const answer = (await response.json().catch(() => ({}))) as Record<string, string | undefined>
  if (answer.access_token !== undefined) return answer.access_token
  throw new Error(`${endpoints.token_endpoint}: ${answer.error_description ?? answer.error ?? response.status}`)
}

/** A browser as far as it takes one: it keeps cookies, follows redirects, and fills in the forms of a sign-in. */
class Visit {
  private readonly redirectUri: string
  private readonly typed: { name: string; password: string }
  private readonly cookies = new Map<string, string>()
  private signedIn = false

  constructor(redirectUri: string, typed: { name: string; password: string }) {
    this.redirectUri = redirectUri
    this.typed = typed
  }

  /** The code that the app is called back with. */
  async codeFrom(url: string): Promise<string> {
    let at = url
    let form: URLSearchParams | undefined
    for (let step = 0; step < MOST_STEPS; step++) {
      const response = await this.ask(at, form)
      form = undefined
      const location = response.headers.get('location')
      if (location !== null) {
        at = new URL(location, at).href
        if (at.startsWith(this.redirectUri)) return codeIn(at)
      } else form = this.filledIn(await response.text())
    }
    throw new Error('The sign-in does not come to an end.')
  }

  private async ask(url: string, form: URLSearchParams | undefined): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) }
    const sent = form ? { method: 'POST', body: form } : {}
    const response = await reach(url, '', { ...sent, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }

  private filledIn(page: string): URLSearchParams {
    const form = new URLSearchParams(fieldsOf(page, 'hidden'))
    if (/ name="password"/.test(page)) {
      if (this.signedIn) throw new Error(`${this.typed.name} has another password by now: sign in with a browser.`)
      this.signedIn = true
      form.set('name', this.typed.name)
      form.set('password', this.typed.password)
    } else if (/ name="decision"/.test(page)) {
      form.set('decision', 'allow')
      for (const [name, value] of fieldsOf(page, 'checkbox')) form.append(name, value)
    } else {
      const title = /<h1[^>]*>([^<]+)/.exec(page)?.[1] ?? 'a page that is not known'
      throw new Error(`This takes a browser: ${title.trim()}`)
    }
    return form
  }
}

function codeIn(url: string): string {
  const { searchParams } = new URL(url)
  const code = searchParams.get('code')
  if (code !== null) return code
  throw new Error(`The sign-in was refused: ${searchParams.get('error_description') ?? searchParams.get('error')}`)
}

/** Names and values of the inputs of a kind on one of the server's own pages. */
function fieldsOf(page: string, type: 'hidden' | 'checkbox'): [string, string][] {
  const inputs = page.matchAll(new RegExp(`<input type="${type}"(?: id="\\w+")? name="([^"]+)" value="([^"]*)"`, 'g'))
  return [...inputs].map(([, name = '', value = '']) => [name, value])
}
