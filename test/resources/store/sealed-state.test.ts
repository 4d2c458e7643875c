import t from 'tap'
import type { Store } from '../../../resources/store/port.ts'
import { sealAll, sealedStore } from '../../../resources/store/sealed-state.ts'
import type { StateChange } from '../../../resources/store/state.ts'
import { openStore } from '../../support/stores.ts'

t.setTimeout(120_000)

const SECRET = 'a secret of more than thirty-two characters'
const put = (of: string, key: string, value: unknown, more = {}): StateChange => ({
  kind: 'put',
  of,
  key,
  value,
  ...more,
})
const write = (store: Store, ...state: StateChange[]) => store.commit({ changes: [], guards: [], state })

t.test('keys and users are read as they were written, and are not to be read without the secret', async (t) => {
  const { store } = await openStore(t)
  const sealed = sealedStore(store, SECRET)
  await write(sealed, put('key', 'ES384', { d: 'private' }), put('user', 'u', { totp: 'x' }, { aliases: ['ann'] }))
  await write(sealed, put('client', 'c', { name: 'an app' }))
  t.strictSame((await sealed.state.get('key', 'ES384'))?.value, { d: 'private' })
  t.match(await sealed.state.find('user', 'ann', 2), [
    { key: 'u', value: { totp: 'x' }, revision: 1, aliases: ['ann'] },
  ])
  t.match(await sealed.state.list('key', undefined, 9), [{ key: 'ES384', value: { d: 'private' } }])
  for (const [kind, key] of [['key', 'ES384'] as const, ['user', 'u'] as const]) {
    const kept = JSON.stringify((await store.state.get(kind, key))?.value)
    t.notMatch(kept, /private|totp/, 'what the database has')
  }
  t.strictSame((await store.state.get('client', 'c'))?.value, { name: 'an app' }, 'others are as they are')
})

t.test('what is compared and set, removed and absent is so under the seal', async (t) => {
  const { store } = await openStore(t)
  const sealed = sealedStore(store, SECRET)
  await write(sealed, put('key', 'k', 1, { expect: 'absent' }))
  await t.rejects(write(sealed, put('key', 'k', 2, { expect: 'absent' })), /refused: state/)
  await write(sealed, put('key', 'k', 2, { expect: 1 }))
  t.equal((await sealed.state.get('key', 'k'))?.value, 2)
  await write(sealed, { kind: 'remove', of: 'key', key: 'k', expect: 2 })
  t.equal(await sealed.state.get('key', 'k'), undefined)
})

t.test('another secret, or a value that was put in the place of another, opens nothing', async (t) => {
  const { store } = await openStore(t)
  const sealed = sealedStore(store, SECRET)
  await write(sealed, put('user', 'ann', { admin: false }), put('user', 'bob', { admin: true }))
  await t.rejects(sealedStore(store, `${SECRET}!`).state.get('user', 'ann'), /another CHARTROOM_STATE_SECRET/)
  await write(store, put('user', 'ann', (await store.state.get('user', 'bob'))?.value))
  await t.rejects(sealed.state.get('user', 'ann'), /another CHARTROOM_STATE_SECRET/)
  await write(store, put('user', 'ann', { sealed: 'AAAA' }))
  await t.rejects(sealed.state.get('user', 'ann'), /another CHARTROOM_STATE_SECRET/)
})

t.test('the first start with a secret seals all, and later ones insist on it', async (t) => {
  const { store } = await openStore(t)
  const many = Array.from({ length: 250 }, (_, at) => put('user', `u${at}`, { at }, { aliases: [`name ${at}`] }))
  await write(store, put('key', 'k', { d: 'private' }, { expires: Date.now() + 60_000 }), ...many)
  await sealAll(store, store)
  const sealed = sealedStore(store, SECRET)
  await sealAll(store, sealed)
  t.match(await store.state.get('user', 'u249'), { value: { sealed: String }, aliases: ['name 249'] })
  t.match(await store.state.get('key', 'k'), { value: { sealed: String }, expires: Number })
  t.match(await sealed.state.find('user', 'name 249', 1), [{ value: { at: 249 } }])
  const { revision } = (await store.state.get('key', 'k'))!
  await sealAll(store, sealed)
  t.equal((await store.state.get('key', 'k'))?.revision, revision, 'what is sealed stays as it is')
  await t.rejects(sealAll(store, store), /another CHARTROOM_STATE_SECRET/, 'without the secret')
  await t.rejects(sealAll(store, sealedStore(store, SECRET.toUpperCase())), /another CHARTROOM_STATE_SECRET/)
})

t.test("what is written past the secret is not taken for the store's own", async (t) => {
  const { store } = await openStore(t)
  const sealed = sealedStore(store, SECRET)
  await sealAll(store, sealed)
  await write(sealed, put('key', 'k', { d: 'private' }))
  await sealAll(store, sealed)
  await t.rejects(sealAll(store, store), /another CHARTROOM_STATE_SECRET/)
  await write(store, put('key', 'mine', { d: 'forged' }))
  await t.rejects(sealed.state.get('key', 'mine'), /written past CHARTROOM_STATE_SECRET/)
  await t.rejects(sealed.state.list('key', undefined, 9), /written past/)
  await t.rejects(sealAll(store, sealed), /written past/, 'nor sealed with the next start')
})
