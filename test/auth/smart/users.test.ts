import t, { type Test } from 'tap'
import { putGrant } from '../../../auth/smart/grants.ts'
import { endSession, sessionsOf } from '../../../auth/smart/sessions.ts'
import { type UserFacts, userFactsFault } from '../../../auth/smart/user-facts.ts'
import { addUser, allUsers, setDisabled, setPassword, setTotp, userNamed, userOf } from '../../../auth/smart/users.ts'
import type { Store } from '../../../resources/store/port.ts'
import type { StateChange } from '../../../resources/store/state.ts'
import { openStore } from '../../support/stores.ts'

t.setTimeout(120_000)

const PASSWORD = 'correct horse battery'

const names = async (store: Store) => {
  const all = []
  for await (const { name } of allUsers(store)) all.push(name)
  return all
}

t.test('users are added, found by name and id, and listed', async (t) => {
  const { store } = await openStore(t)
  const facts: UserFacts = {
    name: 'Whitfield',
    display: 'Dr. Eleanor Whitfield',
    role: 'physician',
    fhirUser: 'Practitioner/demo-internist',
    organization: 'demo-hospital',
    patients: ['a'],
  }
  const user = await addUser(store, facts, PASSWORD)
  t.match(user, { ...facts, name: 'whitfield', id: /^[\da-f-]{36}$/, password: /^scrypt\$/ })
  t.strictSame(await userNamed(store, ' WHITFIELD'), user)
  t.strictSame(await userOf(store, user.id), user)
  t.equal(await userOf(store, 'x'), undefined)
  await addUser(store, { name: 'anna' }, PASSWORD)
  t.strictSame(await names(store), ['anna', 'whitfield'])
  t.not((await userNamed(store, 'anna'))?.id, user.id)
  t.notMatch(JSON.stringify(user), PASSWORD)
})

t.test('of many who add one name, one does', async (t) => {
  const { store } = await openStore(t)
  const all = await Promise.allSettled(Array.from({ length: 4 }, () => addUser(store, { name: 'anna' }, PASSWORD)))
  t.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of all) if (one.status === 'rejected') t.match(one.reason, { name: 'FhirError', kind: 'conflict' })
})

t.test('what is refused of a user', async (t) => {
  const wrong: [facts: Partial<UserFacts>, why: RegExp][] = [
    [{ name: '' }, /a name has/],
    [{ name: 'Anna' }, /a name has/],
    [{ name: 'a b' }, /a name has/],
    [{ name: '.a' }, /a name has/],
    [{ name: 'a/b' }, /a name has/],
    [{ name: 'а' }, /a name has/],
    [{ name: 'a'.repeat(65) }, /a name has/],
    [{ display: ' ' }, /on one line/],
    [{ display: 'a\nb' }, /on one line/],
    [{ role: 'Coder' }, /a role has/],
    [{ fhirUser: 'Observation/x' }, /the user as a resource/],
    [{ fhirUser: 'Practitioner/x/y' }, /the user as a resource/],
    [{ organization: 'Organization/x' }, /no id/],
    [{ patients: ['a', 'a b'] }, /patients are/],
  ]
  for (const [facts, why] of wrong) t.match(userFactsFault({ name: 'anna', ...facts }), why, JSON.stringify(facts))
  t.equal(userFactsFault({ name: 'anna.b-c_d@x+1' }), undefined)
  const { store } = await openStore(t)
  await t.rejects(addUser(store, { name: 'an na' }, PASSWORD), { name: 'FhirError', kind: 'invalid' })
  await t.rejects(addUser(store, { name: 'anna' }, 'short'), { name: 'FhirError', kind: 'invalid' })
  const changes: (() => Promise<unknown>)[] = [
    () => setPassword(store, 'anna', PASSWORD),
    () => setDisabled(store, 'anna', true),
    () => setTotp(store, 'anna', true),
  ]
  for (const change of changes) {
    await t.rejects(change(), { name: 'FhirError', kind: 'not-found' })
  }
  t.strictSame(await names(store), [])
})

/** What the authorization server keeps of a user who is signed in at two places, and has let in an app at each. */
async function signedIn(store: Store, user: string): Promise<void> {
  const put = (of: string, key: string, value: unknown): StateChange => ({
    kind: 'put',
    of,
    key,
    value,
    aliases: [`user:${user}`],
  })
  const state = ['1', '2'].flatMap((at) => [
    put('oidc:Session', `s${at}`, { uid: `u${at}`, loginTs: 1_700_000_000, authorizations: { [`app${at}`]: {} } }),
    putGrant(`g${at}`, { client: `app${at}`, user, scopes: [], session: `u${at}`, given: 1 }, Date.now() + 60_000),
    put('oidc:Grant', `g${at}`, {}),
    put('oidc:RefreshToken', `r${at}`, {}),
    put('oidc:AuthorizationCode', `c${at}`, {}),
  ])
  await store.commit({ changes: [], guards: [], state })
}

async function keptOf(store: Store, user: string): Promise<string[]> {
  const kinds = ['oidc:Session', 'grant', 'oidc:Grant', 'oidc:RefreshToken', 'oidc:AuthorizationCode']
  const found = await Promise.all(kinds.map((kind) => store.state.find(kind, `user:${user}`, 99)))
  return found.flat().map(({ key }) => key)
}

async function openWithSessions(t: Test) {
  const { store } = await openStore(t)
  const { id } = await addUser(store, { name: 'anna' }, PASSWORD)
  await signedIn(store, id)
  const revoked = async () => (await store.state.list('revoked', undefined, 99)).map(({ key }) => key)
  return { store, id, revoked }
}

t.test('sessions are listed, and ended one by one', async (t) => {
  const { store } = await openStore(t)
  const { id } = await addUser(store, { name: 'anna' }, PASSWORD)
  await signedIn(store, id)
  t.strictSame(await sessionsOf(store, id), [
    { id: 's1', clients: ['app1'], begun: 1_700_000_000_000 },
    { id: 's2', clients: ['app2'], begun: 1_700_000_000_000 },
  ])
  t.equal(await endSession(store, 'other', 's1'), false, "not another user's")
  t.equal(await endSession(store, id, 's1'), true)
  t.equal(await endSession(store, id, 's1'), false)
  t.match(await sessionsOf(store, id), [{ id: 's2' }])
  t.ok(await store.state.get('revoked', 'grant:g1'))
  t.equal(await store.state.get('revoked', 'grant:g2'), undefined)
  t.equal(await store.state.get('grant', 'g1'), undefined)
  t.ok(await store.state.get('grant', 'g2'))
})

t.test('a session ends with all that was granted in it, however much', async (t) => {
  const { store, id } = await openWithSessions(t)
  const grants = Array.from({ length: 250 }, (_, at) => {
    const grant = { client: 'app', user: id, scopes: [], session: at < 245 ? 'other' : 'u2', given: 1 }
    return putGrant(`f${at}`, grant, Date.now() + 60_000)
  })
  await store.commit({ changes: [], guards: [], state: grants })
  t.equal(await endSession(store, id, 's2'), true)
  t.equal(await store.state.get('grant', 'g2'), undefined)
  for (let at = 245; at < 250; at++) t.equal(await store.state.get('grant', `f${at}`), undefined)
  t.ok(await store.state.get('grant', 'f244'))
})

for (const [what, end] of Object.entries({
  'another password': (store: Store) => setPassword(store, 'anna', 'battery horse correct'),
  'being disabled': (store: Store) => setDisabled(store, 'anna', true),
})) {
  t.test(`${what} ends all that a user has open, and nothing of others`, async (t) => {
    const { store, id, revoked } = await openWithSessions(t)
    await store.commit({
      changes: [],
      guards: [],
      state: [{ kind: 'put', of: 'oidc:Session', key: 'theirs', value: {}, aliases: ['user:other'] }],
    })
    t.equal((await keptOf(store, id)).length, 10)
    await end(store)
    t.strictSame(await keptOf(store, id), [])
    t.strictSame(await keptOf(store, 'other'), ['theirs'])
    t.strictSame(await revoked(), ['grant:g1', 'grant:g2', 'session:u1', 'session:u2'])
  })
}

t.test('who is disabled is nobody to tokens, and comes back', async (t) => {
  const { store } = await openStore(t)
  const { id } = await addUser(store, { name: 'anna' }, PASSWORD)
  await setDisabled(store, 'anna', true)
  t.equal(await userOf(store, id), undefined)
  t.match(await userNamed(store, 'anna'), { disabled: true })
  await setDisabled(store, 'anna', false)
  t.equal((await userOf(store, id))?.disabled, undefined)
})
