import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { clientOf } from '../../../auth/smart/clients.ts'
import { checkPassword } from '../../../auth/smart/sign-in.ts'
import { addUser, allUsers } from '../../../auth/smart/users.ts'
import { demoBundles } from '../../../server/demo/hospital.ts'
import { addDemoSignIn, type DemoSignIn, demoUsers } from '../../../server/demo/sign-in.ts'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

t.setTimeout(240_000)

async function open(t: Test) {
  const folder = storeFolder(t)
  const server = await openServer(t, { DATA_DIR: folder })
  const file = join(folder, 'demo-users.json')
  return {
    ...server,
    get: server.get,
    post: server.post,
    services: server.services,
    store: server.services.store,
    file,
  }
}

const [hospital] = demoBundles({ today: '2026-11-24' })

t.test('a user of each role, tied to who is there', async (t) => {
  const users = demoUsers()
  t.strictSame(users.map(({ role }) => role).sort(), [...SHIPPED.keys()].sort())
  const there = new Set(
    demoBundles({ today: '2026-11-24' }).flatMap(({ entry = [] }) =>
      entry.map(({ resource }) => `${resource?.resourceType}/${resource?.id}`),
    ),
  )
  for (const { fhirUser, organization, patients = [] } of users) {
    const named = [fhirUser, organization && `Organization/${organization}`, ...patients.map((id) => `Patient/${id}`)]
    for (const name of named) if (name !== undefined) t.ok(there.has(name), name)
  }
})

t.test('they are added once, with passwords that are told once', async (t) => {
  const { store, services, post, file } = await open(t)
  t.equal(await addDemoSignIn(services), undefined, 'not without the hospital')
  t.equal((await post('', hospital)).status, 200)
  const told = (await addDemoSignIn(services)) ?? ''
  const passwords = Object.fromEntries([...told.matchAll(/^ {2}(\S+) +(\S+)$/gm)].map(([, name, word]) => [name, word]))
  t.equal(Object.keys(passwords).length, 10)
  for (const name of ['physician', 'insurer']) {
    t.match(await checkPassword(store, { name, password: passwords[name] }), { user: { name, role: name } })
  }
  t.equal(new Set(Object.values(passwords)).size, 10)
  const client = await clientOf(store, 'demo-backend')
  t.match(client, { kind: 'backend', jwks: { keys: [{ kty: 'EC', crv: 'P-384' }] } })
  t.notOk(client?.jwks?.keys.some((key) => 'd' in key))
  t.equal(await addDemoSignIn(services), undefined)

  if (ON_MONGO) {
    t.notOk(existsSync(file), 'nothing is kept in DATA_DIR')
    t.match(told, /demo-backend; its private key: \{.*"d":/)
  } else {
    t.equal(statSync(file).mode & 0o777, 0o600)
    const kept = JSON.parse(readFileSync(file, 'utf8')) as DemoSignIn
    t.strictSame(kept.users, passwords)
    t.match(kept.client, { id: 'demo-backend', key: { kid: client?.jwks?.keys[0]?.kid, d: String } })
    t.notMatch(told, String(kept.client.key.d))
    t.notOk(existsSync(`${file}.new`))
  }
})

t.test('not where somebody was added before', async (t) => {
  const { store, services, post, file } = await open(t)
  await post('', hospital)
  await addUser(store, { name: 'anna' }, 'correct horse battery')
  t.equal(await addDemoSignIn(services), undefined)
  t.notOk(existsSync(file))
})

t.test('of two at once one adds them, and its passwords are the right ones', async (t) => {
  const { store, services, post } = await open(t)
  await post('', hospital)
  // Of two processes on one folder there are none: these are as two on one database.
  const other = { ...services, config: { ...services.config, mongoUrl: 'mongodb://x/y' } }
  const told = (await Promise.all([addDemoSignIn(other), addDemoSignIn(other)])).filter((one) => one !== undefined)
  t.equal(told.length, 1)
  let count = 0
  for await (const _ of allUsers(store)) count++
  t.equal(count, 10)
  const password = / {2}auditor +(\S+)/.exec(told[0] ?? '')?.[1] ?? ''
  t.match(await checkPassword(store, { name: 'auditor', password }), { user: {} })
})

t.test('the first start with AUTH=on tells of them, the second does not', async (t) => {
  const folder = storeFolder(t)
  const start = (AUTH: string) => spawnServer(folder, { DEMO: 'on', AUTH })
  const told = /The demo has a user of each role; the passwords, told this once/
  const open = await start('off')
  t.notMatch(open.output(), told)
  await open.stop()
  const first = await start('on')
  while (!told.test(first.output()) && first.process.exitCode === null) await setTimeout(50)
  t.match(first.output(), told)
  if (!ON_MONGO) await asUsers(t, folder, first.fhir)
  await first.stop()
  t.notMatch(
    first
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n'),
    / {2}auditor/,
  )
  const second = await start('on')
  await second.stop()
  t.notMatch(second.output(), told)
})

/** What `fhir token --user` gives. */
async function asUsers(t: Test, folder: string, fhir: string): Promise<void> {
  const token = (...args: string[]) => runCli({ DATA_DIR: folder }, 'token', ...args)
  const coder = await token('--user', 'coder')
  t.equal(coder.code, 0, coder.output)
  const { fhirUser, chartroom_role, scope } = decodeJwt(coder.output.trim())
  t.match({ fhirUser, chartroom_role }, { fhirUser: /Practitioner.demo-coder$/, chartroom_role: 'coder' })
  t.match(scope, 'user/*.cruds')
  const headers = { authorization: `Bearer ${coder.output.trim()}` }
  t.equal((await fetch(`${fhir}/Patient/demo-patient-01`, { headers })).status, 200)
  t.equal((await fetch(`${fhir}/AuditEvent`, { headers })).status, 403, 'no more than the role may do')
  const nobody = await token('--user', 'toString')
  t.equal(nobody.code, 1)
  t.match(nobody.output, /no user toString: it has physician, coder/)
  t.equal((await token('--user', 'coder', '--scope', 'system/*.cruds')).code, 2)
  const file = join(folder, 'demo-users.json')
  const kept = readFileSync(file, 'utf8')
  writeFileSync(file, kept.replace(/("coder": ").*(")/, '$1wrong$2'))
  t.match(await token('--user', 'coder'), { code: 1, output: /coder has another password by now/ })
  writeFileSync(file, kept)
}
