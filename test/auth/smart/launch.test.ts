import t from 'tap'
import { endGrant, grantOf, grantsOf, putGrant } from '../../../auth/smart/grants.ts'
import { commitState } from '../../../auth/smart/kept-record.ts'
import { createLaunch, launchOf, takeLaunch } from '../../../auth/smart/launch.ts'
import { oauthSecret } from '../../../auth/smart/oauth-secret.ts'
import { openStore } from '../../support/stores.ts'

const CONTEXT = { client: 'app', user: 'doc', patient: 'p1', needPatientBanner: false }

t.test('a launch is taken once, by its app and user', async (t) => {
  const { store } = await openStore(t)
  const launch = await createLaunch(store, CONTEXT)
  t.match(launch, /^[\w-]{43}$/)
  t.same(await launchOf(store, launch, 'app'), CONTEXT)
  t.equal(await launchOf(store, launch, 'other'), undefined)
  t.equal(await launchOf(store, 'guess', 'app'), undefined)
  t.equal(await takeLaunch(store, launch, { client: 'app', user: 'other' }), undefined)
  t.equal(await takeLaunch(store, launch, { client: 'other', user: 'doc' }), undefined)
  const taken = await Promise.all(
    Array.from({ length: 5 }, () => takeLaunch(store, launch, { client: 'app', user: 'doc' })),
  )
  t.same(taken.filter(Boolean), [CONTEXT])
  t.equal(await launchOf(store, launch, 'app'), undefined)
  t.equal(await store.state.get('launch', launch), undefined, 'the value itself is kept nowhere')
})

t.test('a grant ends with all that was given for it', async (t) => {
  const { store } = await openStore(t)
  const grant = { client: 'app', user: 'doc', scopes: ['patient/*.rs'], patient: 'p1', given: 1 }
  const expires = Date.now() + 60_000
  await commitState(store, putGrant('g1', grant, expires), putGrant('g2', { ...grant, user: 'pat' }, expires))
  const parts = Array.from(
    { length: 250 },
    (_, at) =>
      ({ kind: 'put', of: 'oidc:RefreshToken', key: `t${at}`, value: {}, aliases: ['grant:g1'] as string[] }) as const,
  )
  await commitState(store, ...parts, {
    kind: 'put',
    of: 'oidc:RefreshToken',
    key: 'other',
    value: {},
    aliases: ['grant:g2'],
  })
  t.same(await grantsOf(store, 'doc'), [['g1', grant]])
  await endGrant(store, 'g1')
  t.equal(await grantOf(store, 'g1'), undefined)
  t.same(await store.state.find('oidc:RefreshToken', 'grant:g1', 10), [])
  t.ok(await store.state.get('oidc:RefreshToken', 'other'))
  t.ok(await store.state.get('revoked', 'grant:g1'))
  t.notOk(await store.state.get('revoked', 'grant:g2'))
})

t.test('all processes on a store have one secret', async (t) => {
  const { store } = await openStore(t)
  const [one, ...others] = await Promise.all(Array.from({ length: 4 }, () => oauthSecret(store)))
  t.equal(one?.length, 32)
  for (const other of others) t.same(other, one)
})
