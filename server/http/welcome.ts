import type { FastifyInstance } from 'fastify'

/** `/`: for whoever opens the server in a browser; with `auth` it leads to what needs no token, which a link cannot bring. */
export function addWelcome(app: FastifyInstance, { baseUrl, auth }: { baseUrl: string; auth: boolean }): void {
  app.get('/', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return reply.type('text/html; charset=utf-8').send(page(baseUrl, auth ? SIGNED_IN : OPEN))
  })
}

type Link = readonly [path: string, words: string]

const METADATA: Link = ['fhir/metadata?_pretty=true', 'What it can do (CapabilityStatement)']

const OPEN: readonly Link[] = [
  METADATA,
  ['fhir/Patient?_pretty=true', 'Patients'],
  ['fhir/Claim?_pretty=true', 'Claims'],
  ['fhir/_history?_pretty=true', 'What was changed last'],
]

const SIGNED_IN: readonly Link[] = [
  METADATA,
  ['fhir/.well-known/smart-configuration', 'Where apps ask for access (SMART configuration)'],
  ['oauth/account', 'Your account: the apps you have let in, your password, codes as a second factor'],
]

function page(baseUrl: string, links: readonly Link[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>chartroom</title>
<meta name="viewport" content="width=device-width">
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style></head>
<body><h1>chartroom</h1>
<p>The FHIR R4 server of the health information department. Its FHIR base is <code>${baseUrl}</code>.</p>
<ul>
${links.map(([path, words]) => `<li><a href="/${path}">${words}</a></li>`).join('\n')}
</ul></body></html>
`
}
