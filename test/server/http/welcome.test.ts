import t from 'tap'
import { openServer } from '../../support/server.ts'

/** Each link of the welcome page, with the status that a browser gets there. */
async function linksOf(t: Parameters<typeof openServer>[0], AUTH: string) {
  const { app } = await openServer(t, { AUTH })
  await app.ready()
  const { body } = await app.inject('/')
  const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link)
  const statuses = await Promise.all(
    links.map(
      async (url) =>
        (
          await app.inject({
            url,
            headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
          })
        ).statusCode,
    ),
  )
  return links.map((link, at) => `${statuses[at]} ${link.split('?')[0]}`)
}

t.test('links of the welcome page lead somewhere, with and without access control', async (t) => {
  t.strictSame(await linksOf(t, 'on'), [
    '200 /fhir/metadata',
    '200 /fhir/.well-known/smart-configuration',
    '200 /oauth/account',
  ])
  t.strictSame(await linksOf(t, 'off'), [
    '200 /fhir/metadata',
    '200 /fhir/Patient',
    '200 /fhir/Claim',
    '200 /fhir/_history',
  ])
})
