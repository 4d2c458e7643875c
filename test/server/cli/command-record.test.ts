import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { addUser, userNamed } from '../../../auth/smart/users.ts'
import type { Store } from '../../../resources/store/port.ts'
import { client } from '../../../server/cli/client.ts'
import { CommandRecord } from '../../../server/cli/command-record.ts'
import { policy } from '../../../server/cli/policy.ts'
import { keys } from '../../../server/cli/signing-keys.ts'
import { user } from '../../../server/cli/user.ts'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { deedsOf } from '../../support/recorded-deeds.ts'

const PASSWORD = 'correct horse battery staple'

/** A place where commands are run. */
async function openPlace(t: Test) {
  const folder = storeFolder(t)
  const place = await placeOf(folder)
  const look = async <T>(into: (store: Store) => Promise<T>): Promise<T> => {
    const { store } = await openStore(readConfig({ ...place, DEMO: 'off' }))
    try {
      return await into(store)
    } finally {
      await store.close()
    }
  }
  const console = { out: () => undefined, err: () => undefined, read: async () => PASSWORD }
  const run = async (command: typeof user, ...args: string[]) => command(args, place, console).catch(() => 1)
  return { folder, place, look, run }
}

const told = (deeds: readonly RecordedDeed[]) =>
  deeds.map(({ kind, code, action, query, agent }) => [kind, code, action, query, agent.system].join(' '))

t.test('what an administrator changes by the command line is on record, once, without secrets', async (t) => {
  const { folder, look, run } = await openPlace(t)
  const ann = ['--role', 'coder', '--password-stdin', '--display', 'Ann Onymous']
  t.equal(await run(user, 'add', 'ann', ...ann), 0)
  t.equal(await run(user, 'add', 'ann', ...ann), 1, 'there is one')
  t.equal(await run(user, 'list'), 0)
  t.equal(await run(user, 'password', 'ann', '--password-stdin'), 0)
  t.equal(await run(user, 'totp', 'ann'), 0)
  t.equal(await run(user, 'sessions', 'ann'), 0)
  t.equal(await run(user, 'sessions', 'ann', '--end'), 0)
  t.equal(await run(user, 'disable', 'ann'), 0)
  t.equal(
    await run(client, 'add', 'app', '--kind', 'public', '--scope', 'openid', '--redirect', 'https://a.example/b'),
    0,
  )
  const file = join(folder, 'policy.json')
  writeFileSync(file, JSON.stringify({ ...SHIPPED.get('coder')!, version: '9' }))
  t.equal(await run(policy, 'set', file), 0)
  t.equal(await run(policy, 'restore', 'coder'), 0)
  t.equal(await run(keys, 'rotate'), 0)
  const deeds = await look(deedsOf)
  t.strictSame(told(deeds), [
    'security user-changed C user add ann cli',
    'security user-changed U user password ann cli',
    'security user-changed U user totp ann cli',
    'security session-ended U user sessions ann cli',
    'security user-changed U user disable ann cli',
    'security client-changed C client add app cli',
    'security policy-changed U policy set coder@1 cli',
    'security policy-changed U policy restore coder cli',
    'security keys-changed U keys rotate cli',
  ])
  t.notMatch(JSON.stringify(deeds), /horse|Onymous/)
})

t.test('neither is there without the other', async (t) => {
  const { place } = await openPlace(t)
  const { store } = await openStore(readConfig({ ...place, DEMO: 'off' }))
  t.teardown(() => store.close())
  const deed = { kind: 'security', code: 'user-changed', action: 'C', query: 'user add' } as const
  const record = new CommandRecord(store, deed)
  const before = store.commit
  store.commit = async () => {
    throw new Error('full')
  }
  await t.rejects(addUser(record.store, { name: 'ann' }, PASSWORD), /full/)
  store.commit = before
  t.equal(await userNamed(store, 'ann'), undefined)
  t.strictSame(await deedsOf(store), [])
  await addUser(record.store, { name: 'ann' }, PASSWORD)
  t.ok(await userNamed(record.store, 'ann'), 'it is a store as any')
  t.equal((await deedsOf(store)).length, 1)
  await record.finish()
  t.equal((await deedsOf(store)).length, 1)
  const other = new CommandRecord(store, deed)
  await t.rejects(addUser(other.store, { name: 'ann' }, PASSWORD), /conflict/)
  t.equal((await deedsOf(store)).length, 1, 'what was refused was not done')
})
