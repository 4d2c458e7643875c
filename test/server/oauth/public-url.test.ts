import t from 'tap'
import { authorization, openOauth } from '../../support/oauth.ts'

t.test('behind a proxy that ends TLS and takes off a prefix', async (t) => {
  const site = 'https://chart.example.org'
  const server = await openOauth(t, { PUBLIC_URL: `${site}/records` })
  const ask = (url: string, headers: Record<string, string> = {}) =>
    server.app.inject({ url, headers: { host: '10.0.0.7:8080', ...headers } })
  const { search } = new URL(authorization({ aud: `${site}/records/fhir` }).url)
  const begun = await ask(`/oauth/authorize${search}`)
  t.equal(begun.statusCode, 303, begun.body)
  const { pathname } = new URL(String(begun.headers.location), site)
  t.match(pathname, /^\/records\/oauth\/interaction\/[\w-]+$/)
  const cookies = [begun.headers['set-cookie'] ?? []].flat()
  t.equal(cookies.length, 4, 'two, and their signatures')
  for (const line of cookies) t.match(line, /path=\/records\/oauth\/.*; secure; httponly/i)
  t.match(cookies.join('\n'), /samesite=lax/i)

  const cookie = cookies.map((line) => line.split(';', 1)[0]).join('; ')
  const page = await ask(pathname.replace('/records', ''), { cookie })
  t.equal(page.statusCode, 200)
  t.match(page.body, /action="\/records\/oauth\/interaction\//)
  t.match(page.body, /href="\/records\/oauth\/style\.css"/)
  t.notMatch(page.body, /10\.0\.0\.7/)
  t.equal((await ask(pathname.replace('/records', ''))).statusCode, 400, 'without the cookies')
  t.equal(
    (await ask(pathname.replace('/records', ''), { cookie: cookie.replace(/(interaction=)./, '$1A') })).statusCode,
    400,
  )

  const { body } = await ask('/oauth/.well-known/openid-configuration')
  t.notMatch(body, /10\.0\.0\.7|http:/)
  t.equal(JSON.parse(body).token_endpoint, `${site}/records/oauth/token`)
  const account = await ask('/oauth/account')
  t.match(account.headers['set-cookie'], /Path=\/records\/oauth\/account; HttpOnly; SameSite=Strict; Secure/)
  t.match(account.headers['strict-transport-security'], /max-age/)
})
