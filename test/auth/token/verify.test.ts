import { createHmac, createPublicKey } from 'node:crypto'
import { exportSPKI, importJWK } from 'jose'
import t from 'tap'
import { FOREIGN_TIMES, IssuerKeys } from '../../../auth/token/issuer-keys.ts'
import { TokenVerifier, type TrustedIssuer } from '../../../auth/token/verify.ts'
import type { FhirError } from '../../../resources/fhir-error.ts'
import { claimsOf, forged, inSeconds, type SigningKey, signed, signedText, signingKey } from '../../support/tokens.ts'

const BASE = 'https://chartroom.example/fhir'
const OWN = 'https://chartroom.example/oauth'
const OTHER = 'https://idp.example'

const issuer = (name: string, keys: SigningKey[], more: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  issuer: name,
  keys: new IssuerKeys(async () => ({ keys: keys.map(({ jwk }) => jwk) }), FOREIGN_TIMES),
  roles: false,
  own: false,
  ...more,
})

const own = await signingKey('own')
const other = await signingKey('other', 'RS256')
const verifier = new TokenVerifier([issuer(OWN, [own], { own: true, roles: true }), issuer(OTHER, [other])], BASE)

const claims = (changed: Record<string, unknown> = {}) => claimsOf(BASE, { iss: OWN, ...changed })

const reasonOf = async (token: string) => {
  try {
    await verifier.verify(token)
    return 'accepted'
  } catch (error) {
    const { kind, issues } = error as FhirError
    return kind === 'unauthenticated' ? issues[0]!.diagnostics : `${kind}: ${error}`
  }
}

t.test('a good token tells who asks', async (t) => {
  const { identity, revocableBy, until } = await verifier.verify(
    await signed(
      own,
      claims({
        jti: 'j1',
        exp: inSeconds(300),
        scope: 'patient/*.rs openid patient/*.rs  launch',
        patient: 'p-1',
        fhirUser: `${BASE}/Practitioner/d1`,
        chartroom_role: 'physician',
        chartroom_organization: 'ward',
        chartroom_grant: 'g1',
      }),
    ),
  )
  t.match(identity, {
    issuer: OWN,
    subject: 'ann',
    client: 'app',
    scopes: ['patient/*.rs', 'openid', 'launch'],
    patient: 'p-1',
    fhirUser: { type: 'Practitioner', id: 'd1' },
    role: 'physician',
    organization: 'ward',
    tokenId: 'j1',
  })
  t.strictSame(revocableBy, ['j1', 'grant:g1', 'client:app'])
  t.equal(until, identity.expires + 60_000)
})

t.test('each accepted algorithm is accepted', async (t) => {
  for (const alg of ['ES256', 'ES384', 'RS256', 'RS384', 'PS256', 'PS384', 'EdDSA']) {
    const key = await signingKey('k', alg)
    const { identity } = await new TokenVerifier([issuer(OWN, [key])], BASE).verify(await signed(key, claims()))
    t.equal(identity.subject, 'ann', alg)
  }
  for (const alg of ['RS512', 'ES512']) {
    const key = await signingKey('k', alg)
    await t.rejects(new TokenVerifier([issuer(OWN, [key])], BASE).verify(await signed(key, claims())), alg)
  }
})

t.test('times: expired, not yet, to come, and none', async (t) => {
  const at = async (changed: Record<string, unknown>) => reasonOf(await signed(own, claims(changed)))
  t.equal(await at({ exp: inSeconds(-61) }), 'The token has expired.')
  t.equal(await at({ exp: inSeconds(-50) }), 'accepted', 'clocks may differ by a minute')
  t.match(await at({ nbf: inSeconds(70) }), /not valid yet/)
  t.equal(await at({ nbf: inSeconds(50) }), 'accepted')
  t.match(await at({ iat: inSeconds(70) }), /time to come/)
  t.equal(await at({ iat: inSeconds(50) }), 'accepted')
  t.match(await at({ exp: undefined }), /exp is missing/)
  t.match(await at({ exp: String(inSeconds(100)) }), /exp is missing or wrong/)
  t.match(await at({ exp: 1e300 }), /times are none/)
  t.match(await at({ iat: -1 }), /times are none/)
  const never = JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')
  t.match(await reasonOf(await signedText(own, never)), /times are none/)
})

t.test('issuer and audience', async (t) => {
  const at = async (changed: Record<string, unknown>) => reasonOf(await signed(own, claims(changed)))
  for (const iss of ['https://evil.example', `${OWN}/`, undefined, [OWN], '', 'constructor', '__proto__']) {
    t.match(await at({ iss }), /issuer that is not trusted/, String(iss))
  }
  for (const aud of [
    'https://other.example/fhir',
    `${BASE}/`,
    BASE.toUpperCase(),
    '',
    [],
    ['x'],
    {},
    undefined,
    null,
  ]) {
    t.match(await at({ aud }), /not meant for this server|aud is missing/, JSON.stringify(aud))
  }
  t.equal(await at({ aud: ['https://x.example', BASE] }), 'accepted', 'one of several')
  t.match(await at({ aud: [BASE, 'app'] }), /meant for a client/)
})

t.test('no signature, or not its issuer’s', async (t) => {
  const header = { alg: 'none', typ: 'at+jwt', kid: 'own' }
  for (const alg of ['none', 'None', 'nOnE', 'HS256', 'HS512', 'RS1', '', undefined, ['ES256'], 'ES256K', 'dir']) {
    t.match(await reasonOf(forged({ ...header, alg }, claims())), /accepted algorithm/, String(alg))
  }
  const [head, body] = forged(header, claims()).split('.')
  t.match(await reasonOf(`${head}.${body}.`), /not a signed JWT/, 'empty signature')
  t.match(await reasonOf(forged({ ...header, alg: 'ES256' }, claims())), /signature is not/)
  const good = await signed(own, claims())
  const [first, , last] = good.split('.')
  const changed = Buffer.from(JSON.stringify(claims({ scope: 'system/*.cruds' }))).toString('base64url')
  t.match(await reasonOf(`${first}.${changed}.${last}`), /signature is not/)
  const stranger = await signingKey('own')
  t.match(await reasonOf(await signed(stranger, claims())), /signature is not/, 'the right kid on a wrong key')
})

t.test('HS256 with the public key', async (t) => {
  const pem = await exportSPKI((await importJWK(other.jwk, 'RS256', { extractable: true })) as CryptoKey)
  const secrets = [pem, createPublicKey(pem).export({ type: 'spki', format: 'der' }), JSON.stringify(other.jwk)]
  for (const secret of secrets) {
    const text = forged({ alg: 'HS256', kid: 'other', typ: 'JWT' }, claims({ iss: OTHER })).replace(/\.[^.]*$/, '')
    const mac = createHmac('sha256', secret).update(text).digest('base64url')
    t.match(await reasonOf(`${text}.${mac}`), /accepted algorithm/)
  }
})

t.test('kid: none but its own issuer’s', async (t) => {
  const kids = ['../../../../dev/null', "' OR 1=1 --", 'x" || true', '', 'nobody', '__proto__', 'a'.repeat(2000)]
  for (const kid of kids) t.match(await reasonOf(await signed(own, claims(), { kid })), /key/, kid)
  for (const kid of [undefined, null, 1, ['own'], { $ne: '' }]) {
    t.match(await reasonOf(forged({ alg: 'ES256', typ: 'JWT', kid }, claims())), /names no key/)
  }
  t.match(await reasonOf(await signed(other, claims({ iss: OWN }))), /none of its issuer's/, "another issuer's key")
  t.match(await reasonOf(await signed(own, claims({ iss: OTHER }), { kid: 'other' })), /none of its issuer's|signature/)
  const twins = new TokenVerifier([issuer(OWN, [own, await signingKey('own')])], BASE)
  await t.rejects(twins.verify(await signed(own, claims())), 'two keys of one kid')
})

t.test('keys in the header are of no weight', async (t) => {
  const evil = await signingKey('evil')
  const x5c = ['MIIB']
  for (const header of [
    { jwk: evil.jwk },
    { jku: 'http://127.0.0.1:1/keys' },
    { x5u: 'http://127.0.0.1:1/c' },
    { x5c },
  ]) {
    t.match(await reasonOf(await signed(evil, claims(), header)), /none of its issuer's/)
    t.match(await reasonOf(await signed(evil, claims(), { ...header, kid: 'own' })), /signature is not/)
  }
})

t.test('crit, b64, and what is typed otherwise', async (t) => {
  t.match(
    await reasonOf(forged({ alg: 'ES256', kid: 'own', typ: 'JWT', crit: ['b64'], b64: false }, claims())),
    /extension/,
  )
  t.match(await reasonOf(forged({ alg: 'ES256', kid: 'own', typ: 'JWT', crit: [] }, claims())), /extension/)
  for (const typ of [
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'oauth-authz-req+jwt',
    '',
    undefined,
    'token-introspection+jwt',
  ]) {
    t.match(
      await reasonOf(await signed(own, claims(), { typ: typ as string })),
      /typed as an access token/,
      String(typ),
    )
  }
  for (const typ of ['JWT', 'jwt', 'AT+JWT', 'application/at+jwt']) {
    t.equal(await reasonOf(await signed(own, claims(), { typ })), 'accepted', typ)
  }
})

t.test('ID tokens, refresh tokens and their like', async (t) => {
  const others = [
    { nonce: 'n' },
    { at_hash: 'x' },
    { c_hash: 'x' },
    { aud: 'app' },
    { typ: 'ID' },
    { typ: 'Refresh' },
    { token_use: 'id' },
    { events: {} },
  ]
  for (const changed of others) {
    t.match(
      await reasonOf(await signed(own, claims(changed), { typ: 'JWT' })),
      /not an access token|not meant for this server/,
      JSON.stringify(changed),
    )
  }
})

t.test('claims that cannot be', async (t) => {
  const cases: Record<string, unknown>[] = [
    { scope: ['user/*.rs'] },
    { scope: { $ne: '' } },
    { scope: 5 },
    { scope: 'a\nb' },
    { scope: Array.from({ length: 600 }, (_, at) => `s${at}`).join(' ') },
    { patient: '../x' },
    { patient: 'Patient/1' },
    { patient: '' },
    { patient: { $gt: '' } },
    { patient: 'a'.repeat(65) },
    { fhirUser: 'Organization/1' },
    { fhirUser: 'Patient/../x' },
    { fhirUser: 'Practitioner/1/_history/2' },
    { fhirUser: 'x/Practitioner/1' },
    { fhirUser: 5 },
    { fhirUser: '' },
    { client_id: undefined },
    { client_id: ['app'] },
    { sub: undefined },
    { sub: '' },
    { sub: 'a'.repeat(256) },
    { jti: undefined },
    { jti: 5 },
    { chartroom_role: ['administrator'] },
    { chartroom_organization: 'a/b' },
    { chartroom_grant: {} },
  ]
  for (const changed of cases) {
    const reason = await reasonOf(await signed(own, claims(changed)))
    t.notMatch(reason, /accepted|internal|TypeError/, JSON.stringify(changed).slice(0, 80))
  }
  t.equal(await reasonOf(await signed(own, claims({ scope: undefined }))), 'accepted', 'no scope opens nothing')
})

t.test('what another issuer says of roles is of no weight, nor is its grant', async (t) => {
  const changed = { iss: OTHER, chartroom_role: 'administrator', chartroom_organization: 'o', chartroom_grant: 'g' }
  const { identity, revocableBy } = await verifier.verify(await signed(other, claims({ ...changed, jti: 'j' })))
  t.notOk('role' in identity || 'organization' in identity)
  t.strictSame(revocableBy, ['j'])
  const trusting = new TokenVerifier([issuer(OTHER, [other], { roles: true })], BASE)
  const { identity: trusted } = await trusting.verify(await signed(other, claims(changed)))
  t.match(trusted, { role: 'administrator', organization: 'o' })
  const { identity: keycloak } = await trusting.verify(
    await signed(other, claims({ iss: OTHER, client_id: undefined, azp: 'app2' })),
  )
  t.equal(keycloak.client, 'app2')
})

t.test('a fhirUser of another base is nobody here', async (t) => {
  const { identity } = await verifier.verify(
    await signed(own, claims({ fhirUser: 'https://elsewhere.example/fhir/Practitioner/d1' })),
  )
  t.notOk('fhirUser' in identity)
  const relative = await verifier.verify(await signed(own, claims({ fhirUser: 'Patient/p' })))
  t.strictSame(relative.identity.fhirUser, { type: 'Patient', id: 'p' })
})

t.test('what is no token at all', async (t) => {
  const header = { alg: 'ES256', kid: 'own', typ: 'JWT' }
  const twice = (text: string, name: string) => text.replace('{', `{"${name}":"x",`)
  const cases = [
    '',
    'garbage',
    '..',
    'a.b.c',
    'a.b.c.d.e',
    'é.é.é',
    forged('null', '{}'),
    forged('[]', claims()),
    forged(header, '[]'),
    forged(header, '"text"'),
    forged(header, twice(JSON.stringify(claims()), 'iss')),
    forged(header, twice(JSON.stringify(claims()), '\\u0069ss')),
    forged(twice(JSON.stringify(header), 'alg'), claims()),
    forged(header, `${'['.repeat(500)}${']'.repeat(500)}`),
    forged(header, claims({ scope: 'x'.repeat(20_000) })),
    'a'.repeat(1_000_000),
  ]
  t.equal(await reasonOf(await signedText(own, JSON.stringify(claims()))), 'accepted')
  t.match(await reasonOf(await signedText(own, twice(JSON.stringify(claims()), 'scope'))), /holds a name twice/)
  for (const token of cases) t.match(await reasonOf(token), /not a signed JWT|too large/, token.slice(0, 40))
})
