import type { FastifyInstance } from 'fastify'

/** `/`: for whoever opens the server in a browser. */
export function addWelcome(app: FastifyInstance, baseUrl: string): void {
  app.get('/', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return reply.type('text/html; charset=utf-8').send(page(baseUrl))
  })
}

function page(baseUrl: string): string {
  const link = (path: string, words: string) => `<li><a href="/fhir/${path}">${words}</a></li>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>chartroom</title>
<meta name="viewport" content="width=device-width">
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style></head>
<body><h1>chartroom</h1>
<p>The FHIR R4 server of the health information department. Its FHIR base is <code>${baseUrl}</code>.</p>
<ul>
${link('metadata?_pretty=true', 'What it can do (CapabilityStatement)')}
${link('Patient?_pretty=true', 'Patients')}
${link('Claim?_pretty=true', 'Claims')}
${link('_history?_pretty=true', 'What was changed last')}
</ul></body></html>
`
}
