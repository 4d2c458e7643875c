import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { openIssuer } from '../../support/issuer.ts'
import { ON_MONGO } from '../../support/place.ts'
import { openServer, type TestServer } from '../../support/server.ts'

const revoke = (server: TestServer, key: string) =>
  server.services.store.commit({ changes: [], guards: [], state: [{ kind: 'put', of: 'revoked', key, value: {} }] })

t.test('a revoked token is refused in every process on the store', async (t) => {
  const issuer = await openIssuer(t)
  const environment = { AUTH: 'on', AUTH_ISSUERS: issuer.url, DATA_DIR: storeFolder(t) }
  const first = await openServer(t, environment)
  // The embedded store has one process.
  const servers = ON_MONGO ? [first, await openServer(t, environment)] : [first]
  const revoked = await issuer.bearer({ jti: 'to-be-revoked' })
  const other = await issuer.bearer({ jti: 'another' })
  for (const server of servers) t.equal((await server.get('Patient', revoked)).status, 200)
  await revoke(first, 'to-be-revoked')
  for (const server of servers) {
    while ((await server.get('Patient', revoked)).status === 200) await setTimeout(50)
    const reply = await server.get('Patient', revoked)
    t.match(reply, { status: 401, headers: { 'www-authenticate': /error="invalid_token"/ } })
    t.equal((await server.get('Patient', other)).status, 200)
    t.equal((await server.get('Patient', revoked)).status, 401, 'and stays so')
  }
})

t.test('a token revoked before it was first shown never comes in', async (t) => {
  const issuer = await openIssuer(t)
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
  await revoke(server, 'known-before')
  t.equal((await server.get('Patient', await issuer.bearer({ jti: 'known-before' }))).status, 401)
})
