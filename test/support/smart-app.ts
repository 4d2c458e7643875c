import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'

const BUILD = join(dirname(createRequire(import.meta.url).resolve('fhirclient/package.json')), 'build/fhir-client.js')

/** What a SMART app in a browser asks for. */
export interface AppFacts {
  clientId: string
  scope: string
  /** The FHIR base, for a launch that the app begins by itself. */
  iss: string
}

/**
 * A SMART app by the real `fhirclient` (SMART JS) on an origin of its own: `/standalone` and `/launch` begin, `/app` shows what
 * it got, as JSON in `#state`, and the patient that it reads, in `#patient`. Gives its origin.
 */
export async function serveApp(t: Test, facts: (origin: string) => AppFacts): Promise<string> {
  const site = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app')
    if (pathname === '/fhir-client.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(BUILD))
      return
    }
    const { clientId, scope, iss } = facts(origin)
    const asked = { clientId, scope, redirectUri: `${origin}/app`, pkceMode: 'required' }
    const begin = pathname === '/standalone' ? { ...asked, iss } : asked
    response.writeHead(200, { 'content-type': 'text/html' }).end(pathname === '/app' ? READY : beginning(begin))
  })
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  t.teardown(() => site.close())
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  return origin
}

function beginning(asked: object): string {
  return `<!doctype html><title>App</title><body><script src="/fhir-client.js"></script>
<script>FHIR.oauth2.authorize(${JSON.stringify(asked)}).catch((error) => { document.title = 'failed: ' + error.message })</script>`
}

const READY = `<!doctype html><title>App</title><body><pre id="state"></pre><pre id="patient"></pre>
<script src="/fhir-client.js"></script>
<script>
const put = (id, value) => { document.getElementById(id).textContent = JSON.stringify(value) }
FHIR.oauth2.ready()
  .then(async (client) => {
    window.client = client
    put('state', { ...client.state.tokenResponse, user: client.user.fhirUser })
    put('patient', await client.patient.read())
    document.title = 'ready'
  })
  .catch((error) => { document.title = 'failed: ' + error.message })
</script>`
