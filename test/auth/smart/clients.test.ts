import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import { type ClientFacts, type ClientKey, clientFault } from '../../../auth/smart/client-rules.ts'
import {
  addClient,
  allClients,
  clientOf,
  isClientSecret,
  registeredClient,
  renewSecret,
  setClientDisabled,
} from '../../../auth/smart/clients.ts'
import { openStore } from '../../support/stores.ts'

const APP: ClientFacts = {
  id: 'app',
  name: 'Growth chart',
  kind: 'public',
  redirectUris: ['https://app.example/after'],
  scopes: ['launch/patient', 'patient/Observation.rs'],
}
const CONFIDENTIAL: ClientFacts = { ...APP, id: 'web', kind: 'confidential' }
const SERVICE: ClientFacts = {
  id: 'service',
  name: 'Claims',
  kind: 'backend',
  redirectUris: [],
  scopes: ['system/Claim.rs'],
  jwksUri: 'https://payer.example/jwks',
  role: 'insurer',
  organization: 'payer',
}

async function publicKey(algorithm: string, options: object = {}): Promise<ClientKey> {
  const { publicKey } = await generateKeyPair(algorithm, options)
  return { ...(await exportJWK(publicKey)), kid: algorithm } as ClientKey
}

t.test('what is refused of a client', async (t) => {
  const redirect = (...redirectUris: string[]): Partial<ClientFacts> => ({ redirectUris })
  const wrong: [client: ClientFacts, why: RegExp][] = [
    [{ ...APP, id: '' }, /an id has/],
    [{ ...APP, id: 'a/b' }, /an id has/],
    [{ ...APP, name: 'a\u202eb' }, /a name has/],
    [{ ...APP, role: 'x y' }, /a role has/],
    [{ ...APP, organization: 'Organization/x' }, /no id/],
    [{ ...APP, launchUrl: 'javascript:alert(1)' }, /no https URL/],
    [{ ...APP, ...redirect() }, /has a redirect URI/],
    [{ ...APP, ...redirect('http://app.example/') }, /no https URL/],
    [{ ...APP, ...redirect('https://app.example/#x') }, /no https URL/],
    [{ ...APP, ...redirect('https://*.example/') }, /no https URL/],
    [{ ...APP, ...redirect('https://u:p@app.example/') }, /no https URL/],
    [{ ...APP, ...redirect('https://app.example\\@evil.example/') }, /no https URL/],
    [{ ...APP, ...redirect('javascript:alert(1)') }, /no https URL/],
    [{ ...APP, ...redirect('data:text/html,x') }, /no https URL/],
    [{ ...APP, ...redirect('https://ok.example/', 'app:/x') }, /app:\/x is no https URL/],
    [{ ...CONFIDENTIAL, ...redirect('com.example.app:/x') }, /no https URL/],
    [{ ...SERVICE, ...redirect('https://app.example/') }, /has no redirect URI/],
    [{ ...APP, scopes: [] }, /has a scope/],
    [{ ...APP, scopes: ['a b'] }, /is no scope/],
    [{ ...APP, scopes: ['system/Patient.rs'] }, /for services alone/],
    [{ ...SERVICE, scopes: ['user/Patient.rs'] }, /for apps of users/],
    [{ ...SERVICE, scopes: ['openid'] }, /for apps of users/],
    [{ ...APP, jwksUri: 'https://app.example/jwks' }, /neither a secret nor keys/],
    [{ ...SERVICE, jwksUri: 'http://payer.example/jwks' }, /no https URL/],
    [{ ...SERVICE, jwksUri: 'https://payer.example/jwks', jwks: { keys: [] } }, /not both/],
    [{ ...APP, kind: 'backend', redirectUris: [], scopes: ['system/*.rs'] }, /authenticates with keys/],
  ]
  for (const [client, why] of wrong) t.match(clientFault(client, false) ?? 'taken', why, JSON.stringify(client))
  t.match(clientFault(CONFIDENTIAL, false), /either a secret or keys/)
  t.match(clientFault({ ...CONFIDENTIAL, jwksUri: 'https://x.example/' }, true), /either a secret or keys/)
  t.match(clientFault(SERVICE, true), /authenticates with keys/)
  t.match(clientFault(APP, true), /neither/)
})

t.test('what is taken', async (t) => {
  const uris = [
    'http://127.0.0.1:3000/cb',
    'http://localhost/cb',
    'http://[::1]:1/cb',
    'com.example.app:/cb',
    'https://x.example/?a=b',
  ]
  t.equal(clientFault({ ...APP, redirectUris: uris, launchUrl: 'https://app.example/launch' }, false), undefined)
  t.equal(clientFault(CONFIDENTIAL, true), undefined)
  t.equal(clientFault({ ...CONFIDENTIAL, jwksUri: 'https://x.example/jwks' }, false), undefined)
  t.equal(clientFault({ ...SERVICE, scopes: ['system/*.cruds', 'chartroom/admin'] }, false), undefined)
})

t.test('keys of a client: public ones, strong ones, each with a kid', async (t) => {
  const { jwksUri: _, ...service } = SERVICE
  const fault = (...keys: unknown[]) => clientFault({ ...service, jwks: { keys: keys as ClientKey[] } }, false)
  const [ec, rsa, p256] = [await publicKey('ES384'), await publicKey('RS384'), await publicKey('ES256')]
  t.equal(fault(ec, rsa), undefined)
  t.match(fault(), /no keys/)
  t.match(fault(p256), /P-384/)
  t.match(fault({ ...ec, kid: undefined }), /has a kid/)
  t.match(fault(ec, ec), /one kid/)
  t.match(fault({ ...rsa, n: String(rsa.n).slice(0, 171) }), /2048 bits/)
  t.match(fault({ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }), /private or secret/)
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  t.match(fault({ ...(await exportJWK(privateKey)), kid: 'a' }), /private or secret/)
  t.match(fault('x'), /has a kid/)
})

t.test('clients are registered, found, listed, disabled', async (t) => {
  const { store } = await openStore(t)
  t.strictSame((await addClient(store, APP)).secret, undefined)
  const service = await addClient(store, SERVICE)
  t.strictSame(await clientOf(store, 'service'), service.client)
  t.match(service.client, SERVICE)
  await t.rejects(addClient(store, APP), { name: 'FhirError', kind: 'conflict' })
  await t.rejects(addClient(store, { ...APP, id: 'b c' }), { name: 'FhirError', kind: 'invalid' })
  const ids = []
  for await (const { id } of allClients(store)) ids.push(id)
  t.strictSame(ids, ['app', 'service'])
  await setClientDisabled(store, 'service', true)
  t.equal(await clientOf(store, 'service'), undefined)
  t.match(await registeredClient(store, 'service'), { disabled: true })
  t.ok(await store.state.get('revoked', 'client:service'), 'its tokens are refused')
  await setClientDisabled(store, 'service', false)
  t.match(await clientOf(store, 'service'), { id: 'service' })
  t.equal(await store.state.get('revoked', 'client:service'), undefined)
  await t.rejects(setClientDisabled(store, 'none', true), { name: 'FhirError', kind: 'not-found' })
})

t.test('a secret is told once, compared, and renewed', async (t) => {
  const { store } = await openStore(t)
  const { client, secret = '' } = await addClient(store, CONFIDENTIAL)
  t.match(secret, /^[\w-]{43}$/)
  t.notMatch(JSON.stringify(await registeredClient(store, 'web')), secret)
  t.equal(isClientSecret(client, secret), true)
  for (const other of ['', `${secret}x`, secret.slice(1), secret.toLowerCase()])
    t.equal(isClientSecret(client, other), false)
  const next = await renewSecret(store, 'web')
  const renewed = (await clientOf(store, 'web'))!
  t.strictSame([isClientSecret(renewed, secret), isClientSecret(renewed, next)], [false, true])
  await addClient(store, APP)
  t.equal(isClientSecret((await clientOf(store, 'app'))!, ''), false, 'who has none has not the empty one')
  await t.rejects(renewSecret(store, 'app'), { name: 'FhirError', kind: 'invalid' })
  await t.rejects(renewSecret(store, 'none'), { name: 'FhirError', kind: 'not-found' })
})
