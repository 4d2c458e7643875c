import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import type { ClientKey } from '../../../auth/smart/client-rules.ts'
import { addClient } from '../../../auth/smart/clients.ts'
import { token } from '../../../server/cli/service-token.ts'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { spawnServer } from '../../support/spawn.ts'

t.setTimeout(180_000)

t.test('a token for a service, by its key, from a running server', async (t) => {
  const folder = storeFolder(t)
  const place = await placeOf(folder)
  const { store } = await openStore(readConfig({ ...place, DEMO: 'off' }))
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk) }
  const { d: _, ...known } = key
  await addClient(store, {
    id: 'svc',
    name: 'Service',
    kind: 'backend',
    redirectUris: [],
    scopes: ['system/Patient.rs'],
    jwks: { keys: [known as ClientKey] },
  })
  await store.close()
  const file = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content))
    return join(folder, name)
  }
  const server = await spawnServer(folder, { AUTH: 'on' })
  t.teardown(() => server.stop())
  const run = async (...args: string[]) => {
    const said = { out: '', err: '' }
    const take = (where: 'out' | 'err') => (words: string) => {
      said[where] += words
    }
    const console = { out: take('out'), err: take('err'), read: async () => '' }
    const code = await token(args, { ...place, PUBLIC_URL: server.url }, console).catch((error: Error) => {
      said.err += error.message
      return 1
    })
    return { code, ...said }
  }
  const path = file('key.json', key)
  const own = await run('--client', 'svc', '--key', path, '--scope', 'system/Patient.rs')
  t.match(own, { code: 0, out: /^[\w-]+\.[\w-]+\.[\w-]+\n$/, err: '' })
  const status = async (asked: string, text?: string) =>
    (await fetch(`${server.fhir}/${asked}`, { headers: text === undefined ? {} : { authorization: `Bearer ${text}` } }))
      .status
  t.strictSame(
    [await status('Patient'), await status('Patient', own.out.trim()), await status('Observation', own.out.trim())],
    [401, 200, 403],
  )

  t.match(await run(), { code: 1, err: /has no demo-users\.json.*name --client, --key and --scope/ })
  file('demo-users.json', { users: {}, client: { id: 'svc', scopes: ['system/Patient.rs'], key } })
  t.match(await run(), { code: 0, out: /^[\w-]+\.[\w-]+\.[\w-]+\n$/ }, "and the demo's, without a word")
  t.match(await run('--url', `${server.fhir}/`), { code: 0 })
  t.match(await run('--scope', 'system/Claim.rs'), { code: 1, err: /\/oauth\/token: / })
  t.match(await run('--client', 'other', '--key', path, '--scope', 'system/Patient.rs'), { code: 1, out: '' })
  t.match(await run('--client', 'svc', '--key', file('none.json', []), '--scope', 'x'), {
    code: 1,
    err: /no private JWK/,
  })
  t.match(await run('--client', 'svc'), { code: 2, err: /go together\.\nUsage: npm run fhir -- token/ })
  t.match(await run('--client', 'svc', '--key', path), { code: 2, err: /Name the scopes/ })
  t.match(await run('--url', 'http://127.0.0.1:9/fhir'), { code: 1, err: /cannot be reached/ })
  t.notMatch(server.output(), own.out.trim(), 'no token is in the log')
})
