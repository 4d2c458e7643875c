import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { fetchText } from '../../../server/access/fetch-text.ts'
import { openIssuer } from '../../support/issuer.ts'
import { openServer } from '../../support/server.ts'
import { signingKey } from '../../support/tokens.ts'

t.test('under load an issuer is asked once, slow as it may be', async (t) => {
  const issuer = await openIssuer(t)
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
  issuer.answering = async (request, response) => {
    await setTimeout(100)
    issuer.answering = undefined
    issuer.asked.pop()
    issuer.answer(request, response)
  }
  const tokens = await Promise.all(Array.from({ length: 40 }, () => issuer.bearer()))
  const replies = await Promise.all([...tokens, ...tokens].map((headers) => server.get('Patient?_count=0', headers)))
  t.ok(replies.every(({ status }) => status === 200))
  t.strictSame(issuer.asked, ['/.well-known/openid-configuration', '/keys'])
})

t.test('an issuer that is down: its tokens are for later, save those whose key is known', async (t) => {
  const issuer = await openIssuer(t)
  const other = await openIssuer(t)
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: `${issuer.url},${other.url}` })
  issuer.answering = (_request, response) => response.writeHead(500).end()
  const refused = await server.get('Patient', await issuer.bearer())
  t.match(refused, { status: 503, headers: { 'retry-after': '5' }, json: { issue: [{ code: 'transient' }] } })
  t.notMatch(refused.text, new RegExp(issuer.url))
  t.equal((await server.get('Patient', await other.bearer())).status, 200, 'others are not kept waiting by it')
  other.answering = (request) => request.destroy()
  t.equal((await server.get('Patient', await other.bearer())).status, 200, 'a new token of a known key')
})

t.test('what an issuer must not do leaves its tokens outside', async (t) => {
  const elsewhere = await openIssuer(t)
  const cases: [string, (url: string) => unknown][] = [
    ['a configuration of another issuer', () => ({ issuer: elsewhere.url, jwks_uri: `${elsewhere.url}/keys` })],
    ['keys in a file', (url) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' })],
    ['keys without TLS elsewhere', (url) => ({ issuer: url, jwks_uri: 'http://10.255.255.1/keys' })],
    ['no JSON', () => '<html>'],
    ['nothing', () => ''],
  ]
  for (const [name, page] of cases) {
    const issuer = await openIssuer(t, elsewhere.keys[0])
    const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
    issuer.answering = (_request, response) => {
      const answer = page(issuer.url)
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    }
    t.equal((await server.get('Patient', await issuer.bearer())).status, 503, name)
  }
  const issuer = await openIssuer(t, elsewhere.keys[0])
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
  issuer.answering = (request, response) =>
    response.writeHead(302, { location: `${elsewhere.url}${request.url}` }).end()
  t.equal((await server.get('Patient', await issuer.bearer())).status, 503, 'a redirect')
  t.strictSame(elsewhere.asked, [])
})

t.test('an answer without end is not read to its end', async (t) => {
  const issuer = await openIssuer(t)
  let sent = 0
  let left: Promise<unknown> = Promise.resolve()
  issuer.answering = (_request, response) => {
    left = once(response, 'close')
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) sent += 65_536
    }
    response.on('drain', more)
    more()
  }
  await t.rejects(fetchText(issuer.url), /more than/)
  await left
  t.ok(sent < 100 * 1024 * 1024)
})

t.test('a key that was rotated in is taken up', async (t) => {
  const issuer = await openIssuer(t)
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
  const next = await signingKey('next', 'RS256')
  issuer.keys.push(next)
  t.equal((await server.get('Patient', { authorization: `Bearer ${await issuer.token({}, next)}` })).status, 200)
  const unknown = await signingKey('unknown')
  const many = await Promise.all(Array.from({ length: 50 }, () => issuer.token({}, unknown)))
  const replies = await Promise.all(many.map((token) => server.get('Patient', { authorization: `Bearer ${token}` })))
  t.ok(replies.every(({ status }) => status === 401))
  t.equal(issuer.asked.length, 2, 'and a flood of keys that nobody has is no flood to the issuer')
})
