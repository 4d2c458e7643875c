import type { Adapter } from 'oidc-provider'
import t from 'tap'
import { putGrant } from '../../../auth/smart/grants.ts'
import { commitState } from '../../../auth/smart/kept-record.ts'
import { stateAdapter } from '../../../server/oauth/adapter.ts'
import { clientAdapter } from '../../../server/oauth/client-metadata.ts'
import { openStore } from '../../support/stores.ts'

const soon = () => Math.floor(Date.now() / 1000) + 60

t.test('what oidc-provider keeps', async (t) => {
  const { store } = await openStore(t)
  const adapters = stateAdapter(store, clientAdapter(store))
  const grant = { client: 'app', user: 'doc', scopes: [], given: 1 }

  t.test('comes back by its id, its uid, and is gone when its time is over', async (t) => {
    const sessions = adapters('Session')
    await sessions.upsert('secret-id', { jti: 'secret-id', uid: 'u1', accountId: 'doc', kind: 'Session' }, 60)
    t.same(await sessions.find('secret-id'), { jti: 'secret-id', uid: 'u1', accountId: 'doc', kind: 'Session' })
    t.match(await sessions.findByUid('u1'), { accountId: 'doc' })
    t.equal(await sessions.find('u1'), undefined)
    t.equal(await adapters('RefreshToken').find('secret-id'), undefined)
    const kept = await store.state.list('oidc:Session', undefined, 10)
    t.equal(kept.length, 1)
    t.notMatch(JSON.stringify(kept), /secret-id/, 'who reads the store gets nothing to show')
    await sessions.upsert('secret-id', { jti: 'secret-id', uid: 'u1', accountId: 'doc', kind: 'Session' }, -1)
    t.equal(await sessions.find('secret-id'), undefined)
    await sessions.upsert('other', { jti: 'other', accountId: 'doc', kind: 'Session' }, 60)
    await sessions.destroy('other')
    t.equal(await sessions.find('other'), undefined)
  })

  for (const model of ['AuthorizationCode', 'RefreshToken']) {
    t.test(`a ${model} is used once, whoever else tries at the same time; then all of its grant ends`, async (t) => {
      await commitState(store, putGrant('g1', grant, Date.now() + 60_000))
      const payload = { jti: 'c1', grantId: 'g1', exp: soon(), kind: model }
      await adapters(model).upsert('c1', payload, 60)
      // One adapter for each process.
      const processes: Adapter[] = Array.from({ length: 5 }, () => stateAdapter(store, clientAdapter(store))(model))
      const ends = await Promise.allSettled(processes.map((adapter) => adapter.consume('c1')))
      t.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const end of ends) if (end.status === 'rejected') t.match(end.reason, { error: 'invalid_grant' })
      t.ok(await store.state.get('revoked', 'grant:g1'))
      t.equal(await store.state.get('grant', 'g1'), undefined)
      t.equal(await adapters(model).find('c1'), undefined)
    })
  }

  t.test('what was used once says so', async (t) => {
    const codes = adapters('AuthorizationCode')
    await codes.upsert('c2', { jti: 'c2', grantId: 'g2', exp: soon(), kind: 'AuthorizationCode' }, 60)
    await codes.consume('c2')
    t.match(await codes.find('c2'), { consumed: Number, grantId: 'g2' })
    await t.rejects(codes.consume('never there'), { message: 'invalid_grant' })
  })

  t.test('an assertion is noted once', async (t) => {
    const seen = Array.from({ length: 5 }, () => adapters('ReplayDetection'))
    const ends = await Promise.allSettled(
      seen.map((adapter) => adapter.upsert('j1', { jti: 'j1', kind: 'ReplayDetection' }, 60)),
    )
    t.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const end of ends) if (end.status === 'rejected') t.match(end.reason, { error: 'invalid_client' })
    t.equal((await store.state.list('jti', undefined, 10)).length, 1)
  })
})
