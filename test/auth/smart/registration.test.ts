import t from 'tap'
import { clientFactsOf } from '../../../auth/smart/registration.ts'

const APP = {
  client_name: 'App',
  redirect_uris: ['https://app.example/callback'],
  scope: 'openid launch/patient patient/*.rs',
  token_endpoint_auth_method: 'none',
}

const KEYS = { keys: [{ kty: 'EC', kid: 'one', crv: 'P-384', x: 'x', y: 'y' }] }

t.test('what a client says of itself', async (t) => {
  t.match(clientFactsOf(APP), {
    name: 'App',
    kind: 'public',
    redirectUris: APP.redirect_uris,
    scopes: ['openid', 'launch/patient', 'patient/*.rs'],
  })
  t.not(clientFactsOf(APP).id, clientFactsOf(APP).id)
  t.match(clientFactsOf({ ...APP, token_endpoint_auth_method: undefined }), { kind: 'confidential' })
  t.match(clientFactsOf({ ...APP, token_endpoint_auth_method: 'private_key_jwt', jwks: KEYS }), {
    kind: 'confidential',
    jwks: KEYS,
  })
  t.notOk('role' in clientFactsOf({ ...APP, role: 'administrator', chartroom_role: 'administrator' }))
})

t.test('what is not taken of it', async (t) => {
  const wrong: Record<string, unknown>[] = [
    { client_name: 7 },
    { redirect_uris: 'https://app.example' },
    { redirect_uris: [7] },
    { scope: undefined },
    { scope: 'openid bogus' },
    { scope: 'openid chartroom/admin' },
    { scope: 'openid system/*.rs' },
    { redirect_uris: [] },
    // A service that acts for itself: nobody would be asked.
    { redirect_uris: [], scope: 'system/*.cruds', token_endpoint_auth_method: 'private_key_jwt', jwks: KEYS },
    { redirect_uris: [], scope: 'user/*.cruds', token_endpoint_auth_method: 'private_key_jwt', jwks: KEYS },
    { jwks_uri: 'http://169.254.169.254/keys' },
    { jwks: 'keys' },
    { jwks: { keys: [null] } },
    { token_endpoint_auth_method: 'client_secret_jwt' },
    { token_endpoint_auth_method: 'private_key_jwt' },
    { initiate_login_uri: {} },
  ]
  for (const change of wrong)
    t.throws(() => clientFactsOf({ ...APP, ...change }), { message: 'invalid' }, JSON.stringify(change))
})
