import { setTimeout } from 'node:timers/promises'
import { importJWK } from 'jose'
import t from 'tap'
import { rotateKeys, signingKeys } from '../../../auth/smart/keys.ts'
import { storeFolder } from '../../support/folder.ts'
import { openIssuer } from '../../support/issuer.ts'
import { ON_MONGO } from '../../support/place.ts'
import { BASE, openServer, type TestServer } from '../../support/server.ts'
import { claimsOf, type SigningKey, signed } from '../../support/tokens.ts'

const ISSUER = BASE.replace(/\/fhir$/, '/oauth')

/** The key that a server's store signs with. */
async function ownKey({ services }: TestServer): Promise<SigningKey> {
  const [jwk] = await signingKeys(services.store)
  const { kid, alg } = jwk!
  return { kid, alg, jwk: jwk!, privateKey: (await importJWK(jwk!, alg)) as CryptoKey }
}

const bearer = async (key: SigningKey, claims: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${await signed(key, claimsOf(BASE, { iss: ISSUER, ...claims }))}`,
})

t.test('tokens that the store’s key signed come in, with their role', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  const key = await ownKey(server)
  t.equal((await server.get('Patient', await bearer(key))).status, 200)
  t.equal(
    (await server.get('Claim', await bearer(key, { chartroom_role: 'auditor' }))).status,
    403,
    'cut by its policy',
  )
  t.equal((await server.get('Claim', await bearer(key, { chartroom_role: 'biller' }))).status, 200)
  t.equal((await server.get('Claim', await bearer(key, { chartroom_role: 'nobody-knows' }))).status, 403)
})

t.test('AUTH_ISSUERS cannot put another one in the place of the built-in', async (t) => {
  const issuer = await openIssuer(t)
  const server = await openServer(t, { AUTH: 'on', PUBLIC_URL: issuer.url, AUTH_ISSUERS: `${issuer.url}/oauth` })
  const claims = claimsOf(`${issuer.url}/fhir`, { iss: `${issuer.url}/oauth` })
  const token = await signed(issuer.keys[0]!, claims)
  t.equal((await server.get('Patient', { authorization: `Bearer ${token}` })).status, 401)
  t.strictSame(issuer.asked, [])
})

t.test('a grant that was revoked, and keys that were given up at once, end tokens in every process', async (t) => {
  const environment = { AUTH: 'on', DATA_DIR: storeFolder(t) }
  const first = await openServer(t, environment)
  const servers = ON_MONGO ? [first, await openServer(t, environment)] : [first]
  const key = await ownKey(first)
  const granted = await bearer(key, { chartroom_grant: 'g1' })
  const other = await bearer(key, { chartroom_grant: 'g2' })
  for (const server of servers)
    for (const one of [granted, other]) t.equal((await server.get('Patient', one)).status, 200)
  const state = [{ kind: 'put', of: 'revoked', key: 'grant:g1', value: {} } as const]
  await first.services.store.commit({ changes: [], guards: [], state })
  const out = async (server: TestServer, headers: Record<string, string>) => {
    while ((await server.get('Patient', headers)).status === 200) await setTimeout(50)
    return (await server.get('Patient', headers)).status
  }
  for (const server of servers) {
    t.equal(await out(server, granted), 401)
    t.equal((await server.get('Patient', other)).status, 200)
  }
  await rotateKeys(first.services.store, false)
  for (const server of servers) t.equal((await server.get('Patient', other)).status, 200, 'rotated')
  const next = await bearer(await ownKey(first))
  for (const server of servers) {
    while ((await server.get('Patient', next)).status !== 200) await setTimeout(50)
    t.equal((await server.get('Patient', other)).status, 200, 'both keys serve')
  }
  await rotateKeys(first.services.store, true)
  for (const server of servers) t.equal(await out(server, other), 401)
})
