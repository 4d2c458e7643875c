import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import t, { type Test } from 'tap'
import { StoredPolicies } from '../../../auth/policy/stored.ts'
import { clientOf, isClientSecret, registeredClient } from '../../../auth/smart/clients.ts'
import { signingKeys } from '../../../auth/smart/keys.ts'
import { checkPassword } from '../../../auth/smart/sign-in.ts'
import { userNamed, userOf } from '../../../auth/smart/users.ts'
import type { Store } from '../../../resources/store/port.ts'
import { client } from '../../../server/cli/client.ts'
import { policy } from '../../../server/cli/policy.ts'
import { keys } from '../../../server/cli/signing-keys.ts'
import { user } from '../../../server/cli/user.ts'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { type CliRun, runCli, runCliOn } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf, sqliteAlone } from '../../support/place.ts'
import { spawnServer } from '../../support/spawn.ts'

t.setTimeout(300_000)

/** A place of its own: runs commands there, and looks into the store between them. */
async function openPlace(t: Test) {
  const folder = storeFolder(t)
  const place = await placeOf(folder)
  const fhir = (...args: string[]) => run('', place, args)
  const typing = (input: string, ...args: string[]) => run(input, place, args)
  const look = async <T>(into: (store: Store) => Promise<T>): Promise<T> => {
    const { store } = await openStore(readConfig({ ...place, DEMO: 'off' }))
    try {
      return await into(store)
    } finally {
      await store.close()
    }
  }
  return { folder, place, fhir, typing, look }
}

const COMMANDS = { user, client, keys, policy }

/** Runs a command as the command line does, in this process. */
async function run(input: string, settings: Record<string, string>, [name = '', ...args]: string[]): Promise<CliRun> {
  let output = ''
  const add = (words: string) => {
    output += words
  }
  const command = COMMANDS[name as keyof typeof COMMANDS]
  try {
    return { code: await command(args, settings, { out: add, err: add, read: async () => input }), output }
  } catch (error) {
    return { code: 1, output: `${output}${error instanceof Error ? error.message : String(error)}\n` }
  }
}

t.test('user: from the first day to the last', async (t) => {
  const { fhir, typing, look } = await openPlace(t)
  t.match(await fhir('user', 'list'), { code: 0, output: 'There are no users.\n' })
  const added = await fhir(
    ...['user', 'add', 'Whitfield', '--role', 'physician', '--display', 'Dr. Eleanor Whitfield'],
    ...['--fhir-user', 'Practitioner/demo-internist', '--organization', 'Organization/demo-hospital', '--patient', 'p'],
  )
  t.match(added, {
    code: 0,
    output: /^Added whitfield as physician\.\nPractitioner\/demo-internist is not there, so far\.\n/,
  })
  const password = /^Password, told this once: (\S+)$/m.exec(added.output)?.[1] ?? ''
  const signIn = (text: string) => look((store) => checkPassword(store, { name: 'whitfield', password: text }))
  t.match(await signIn(password), {
    user: {
      name: 'whitfield',
      display: 'Dr. Eleanor Whitfield',
      role: 'physician',
      fhirUser: 'Practitioner/demo-internist',
      organization: 'demo-hospital',
      patients: ['p'],
    },
  })
  t.match(await fhir('user', 'add', 'whitfield'), { code: 1, output: /^There is a user whitfield already\.\n$/ })

  const chosen = await typing('correct horse battery\n', 'user', 'password', 'whitfield', '--password-stdin')
  t.match(chosen, { code: 0, output: 'whitfield has another password, and is signed out everywhere.\n' })
  t.strictSame(await signIn(password), { wrong: true })
  t.match(await signIn('correct horse battery'), { user: {} })

  const totp = await fhir('user', 'totp', 'whitfield')
  const secret = await look(async (store) => (await userNamed(store, 'whitfield'))?.totp?.secret)
  t.match(totp, { code: 0, output: new RegExp(`\nsecret ${secret}\notpauth://totp/chartroom:whitfield\\?`) })
  t.match(await fhir('user', 'list'), {
    code: 0,
    output:
      /^NAME +ROLE +.*\nwhitfield +physician +Practitioner\/demo-internist +Organization\/demo-hospital +yes +active\n$/,
  })
  t.match(await fhir('user', 'totp', 'whitfield', '--off'), { code: 0, output: /asked for no code/ })
  t.match(await fhir('user', 'disable', 'whitfield'), { code: 0 })
  t.strictSame(await signIn('correct horse battery'), { wrong: true })
  t.match(await fhir('user', 'list'), { output: / no +disabled\n$/ })
  t.match(await fhir('user', 'enable', 'whitfield'), { code: 0 })
  t.match(await signIn('correct horse battery'), { user: {} })
})

t.test('user: what is refused, and how it is said', async (t) => {
  const { fhir, typing, look } = await openPlace(t)
  t.match(await fhir('user', 'add', 'anna', '--role', 'nurse'), {
    code: 1,
    output: /^There is no policy of a role nurse; there are .*coder/,
  })
  t.match(await fhir('user', 'add', 'an na'), { code: 1, output: /^The user is refused: a name has/ })
  t.match(await fhir('user', 'add', 'anna', '--fhir-user', 'Claim/x'), { code: 1, output: /the user as a resource/ })
  const weak = await typing('password1234', 'user', 'add', 'anna', '--password-stdin')
  t.match(weak, { code: 1, output: /guessed first/ })
  t.notMatch(weak.output, /password1234/)
  t.match(await typing('', 'user', 'add', 'anna', '--password-stdin'), { code: 1, output: /at least 12/ })
  for (const verb of ['disable', 'enable', 'password', 'totp', 'sessions']) {
    t.match(await fhir('user', verb, 'anna'), { code: 1, output: /^There is no user anna\.\n$/ }, verb)
  }
  for (const args of [[], ['add'], ['add', 'a', 'b'], ['toString'], ['list', '--role', 'x'], ['add', 'a', '--shoe']]) {
    t.match(await fhir('user', ...args), { code: 2, output: /Usage: npm run fhir -- user add NAME/ }, args.join(' '))
  }
  t.equal(await look((store) => userNamed(store, 'anna')), undefined)
})

t.test('user sessions: seen, and ended', async (t) => {
  const { fhir, look } = await openPlace(t)
  t.match(await fhir('user', 'add', 'anna'), { code: 0 })
  t.match(await fhir('user', 'sessions', 'anna'), { code: 0, output: 'anna is signed in nowhere.\n' })
  const id = await look(async (store) => {
    const user = await userNamed(store, 'anna')
    const value = { loginTs: 1_700_000_000, authorizations: { growth: {} } }
    const aliases = [`user:${user?.id}`]
    await store.commit({
      changes: [],
      guards: [],
      state: [{ kind: 'put', of: 'oidc:Session', key: 's', value, aliases }],
    })
    return user?.id ?? ''
  })
  t.match(await fhir('user', 'sessions', 'anna'), { code: 0, output: /\n2023-11-14 22:13Z +- +growth\n$/ })
  t.match(await fhir('user', 'sessions', 'anna', '--end'), { code: 0, output: /signed out everywhere/ })
  t.equal(await look((store) => store.state.get('oidc:Session', 's')), undefined)
  t.ok(await look((store) => userOf(store, id)))
})

t.test('client: registered with a secret, with keys, without either', async (t) => {
  const { folder, fhir, look } = await openPlace(t)
  const web = await fhir(
    ...['client', 'add', 'web', '--name', 'Growth chart', '--kind', 'confidential'],
    ...[
      '--redirect',
      'https://app.example/a',
      '--redirect',
      'https://app.example/b',
      '--launch',
      'https://app.example/launch',
    ],
    ...['--scope', 'launch openid', '--scope', 'patient/Observation.rs'],
  )
  t.match(web, { code: 0, output: /^Added the confidential client web\.\nSecret, told this once: \S+\n$/ })
  const secretOf = (output: string) => /once: (\S+)/.exec(output)?.[1] ?? ''
  const kept = await look((store) => clientOf(store, 'web'))
  t.match(kept, {
    kind: 'confidential',
    redirectUris: ['https://app.example/a', 'https://app.example/b'],
    launchUrl: 'https://app.example/launch',
    scopes: ['launch', 'openid', 'patient/Observation.rs'],
  })
  t.ok(kept && isClientSecret(kept, secretOf(web.output)))
  const renewed = await fhir('client', 'secret', 'web')
  const now = await look((store) => clientOf(store, 'web'))
  t.ok(now && isClientSecret(now, secretOf(renewed.output)) && !isClientSecret(now, secretOf(web.output)))

  const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true })
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const jwks = async (key: typeof publicKey) => JSON.stringify({ keys: [{ ...(await exportJWK(key)), kid: 'k1' }] })
  const service = ['client', 'add', 'claims', '--kind', 'backend', '--scope', 'system/Claim.rs', '--role', 'insurer']
  const more = ['--organization', 'Organization/payer', '--jwks']
  t.match(await fhir(...service, ...more, file('private.json', await jwks(privateKey))), {
    code: 1,
    output: /private or secret key/,
  })
  t.match(await fhir(...service, ...more, file('none.json', '[]')), { code: 1, output: /none\.json is no JWKS/ })
  t.match(await fhir(...service, ...more, file('public.json', await jwks(publicKey))), {
    code: 0,
    output: 'Added the backend client claims.\nOrganization/payer is not there, so far.\n',
  })
  t.match(await look((store) => clientOf(store, 'claims')), {
    role: 'insurer',
    organization: 'payer',
    jwks: { keys: [{ kid: 'k1' }] },
  })
  t.match(await fhir('client', 'secret', 'claims'), { code: 1, output: /has no secret/ })
  t.match(await fhir('client', 'list'), {
    output: /claims +claims +backend +insurer +1 key +active +system\/Claim\.rs\nweb +Growth chart /,
  })
  t.match(await fhir('client', 'disable', 'claims'), { code: 0, output: /its tokens are refused/ })
  t.equal(await look((store) => clientOf(store, 'claims')), undefined)
  t.match(await fhir('client', 'enable', 'claims'), { code: 0 })
  t.ok(await look((store) => clientOf(store, 'claims')))
  t.match(await fhir('client', 'add', 'x', '--kind', 'secret'), {
    code: 1,
    output: /--kind is one of public, confidential, backend/,
  })
  const open = ['client', 'add', 'x', '--kind', 'public', '--scope', 'openid', '--redirect']
  t.match(await fhir(...open, 'http://app.example/'), { code: 1, output: /is no https URL/ })
  t.equal(await look((store) => registeredClient(store, 'x')), undefined)
})

t.test('keys: listed and rotated', async (t) => {
  const { fhir, look } = await openPlace(t)
  const first = await fhir('keys', 'list')
  t.match(first, { code: 0, output: /\nES384 +[\w-]{43} +\S+ \S+ +signs\nRS384 +[\w-]{43} .*signs\n$/ })
  const rotated = await fhir('keys', 'rotate')
  t.equal(rotated.output.match(/ signs$/gm)?.length, 2)
  t.equal(rotated.output.match(/ known until /g)?.length, 2)
  t.equal((await fhir('keys', 'rotate', '--at-once')).output.match(/ (signs|known until .*)$/gm)?.length, 2)
  const keys = await look(signingKeys)
  for (const { kid, d } of keys) {
    t.notMatch(first.output, kid)
    t.notMatch(rotated.output, String(d))
  }
})

t.test('policy: shown, set, restored', async (t) => {
  const { folder, fhir, look } = await openPlace(t)
  t.match(await fhir('policy', 'list'), { code: 0, output: /\ncoder +\S+ +shipped +/ })
  const shown = await fhir('policy', 'show', 'coder')
  t.equal(shown.code, 0)
  const own = { ...JSON.parse(shown.output), title: 'Coder of ours' }
  const file = join(folder, 'policy.json')
  const set = (policy: unknown) => {
    writeFileSync(file, typeof policy === 'string' ? policy : JSON.stringify(policy))
    return fhir('policy', 'set', file)
  }
  t.match(await set(own), { code: 0, output: 'Set the policy coder; it is coder@1.\n' })
  t.match(await set({ ...own, title: 'Another' }), { code: 0, output: /coder@2/ })
  t.match(await fhir('policy', 'show', 'coder'), { code: 0, output: /"title": "Another"/ })
  t.match(await fhir('policy', 'show', 'coder', '--number', '1'), { code: 0, output: /"title": "Coder of ours"/ })
  t.match(await fhir('policy', 'list'), { output: /\ncoder +\S+ +stored over the shipped one +Another\n/ })
  t.match(await set({ ...own, rules: [{ types: ['Shoe'], interactions: 'r' }] }), {
    code: 1,
    output: /^The policy is refused: /,
  })
  t.match(await set('{'), { code: 1, output: /policy\.json is no JSON/ })
  t.equal((await look((store) => new StoredPolicies(store.state).find('coder')))?.title, 'Another')
  t.match(await fhir('policy', 'restore', 'coder'), { code: 0, output: /has its shipped policy/ })
  t.strictSame(JSON.parse((await fhir('policy', 'show', 'coder')).output), JSON.parse(shown.output))
  for (const verb of ['show', 'restore']) {
    t.match(await fhir('policy', verb, 'nurse'), { code: 1, output: /^There is no policy nurse/ })
  }
})

t.test('beside a server on the embedded store it says what to do', { skip: sqliteAlone }, async (t) => {
  const { folder, place } = await openPlace(t)
  const server = await spawnServer(folder)
  const { code, output } = await runCli(place, 'user', 'add', 'anna')
  t.match(
    [code, output],
    [1, /is in use by another chartroom process: stop the server, run this again, and start it\./],
  )
  await server.end('SIGTERM')
  const typed = await runCliOn('correct horse battery\r\n', place, 'user', 'add', 'anna', '--password-stdin')
  t.match(typed, { code: 0, output: 'Added anna.\n' })
  t.equal(statSync(join(folder, 'chartroom.sqlite')).mode & 0o077, 0, 'nobody else may read it')
})

t.test('an unknown command shows them all', async (t) => {
  const { place } = await openPlace(t)
  t.match(await runCli(place, 'toString'), {
    code: 2,
    output: /^There is no command toString, but load, [\s\S]*keys[\s\S]*; npm run fhir -- help/,
  })
  t.match(await runCli(place, 'help'), { code: 0, output: /^Usage: npm run fhir -- <command>\n\nload / })
  t.match(await runCli(place, 'keys', 'list'), { code: 0, output: /\nRS384 / })
})
