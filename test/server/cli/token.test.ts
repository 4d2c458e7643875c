import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tokenHeader, tokenOf } from '../../../server/cli/token.ts'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { openIssuer } from '../../support/issuer.ts'
import { spawnServer } from '../../support/spawn.ts'
import { claimsOf, signed } from '../../support/tokens.ts'

t.test('load and reindex through a server that asks for a token', async (t) => {
  const folder = storeFolder(t)
  const issuer = await openIssuer(t)
  const server = await spawnServer(folder, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
  t.teardown(() => server.stop())
  const scope = 'system/*.cruds chartroom/admin'
  const token = await signed(issuer.keys[0]!, claimsOf(server.fhir, { iss: issuer.url, scope }))
  const file = join(folder, 'in.ndjson')
  const patient = (id: string) => JSON.stringify({ resourceType: 'Patient', id })
  writeFileSync(file, patient('a'))
  const without = await runCli({}, 'load', file, '--url', server.fhir)
  t.equal(without.code, 1)
  t.match(without.output, /takes an access token.*--token-file or CHARTROOM_TOKEN/)
  const wrong = await runCli({ CHARTROOM_TOKEN: 'garbage' }, 'load', file, '--url', server.fhir)
  t.equal(wrong.code, 1)
  t.match(wrong.output, /not a signed JWT/)
  const good = await runCli({ CHARTROOM_TOKEN: token }, 'load', file, '--url', server.fhir)
  t.equal(good.code, 0, good.output)
  t.notOk(good.output.includes(token))
  const kept = join(folder, 'token')
  writeFileSync(kept, `${token}\n`)
  writeFileSync(file, patient('b'))
  t.equal((await runCli({}, 'load', file, '--url', server.fhir, '--token-file', kept)).code, 0)
  t.equal((await runCli({}, 'reindex', '--url', server.fhir)).code, 1)
  t.equal((await runCli({}, 'reindex', '--url', server.fhir, '--token-file', kept)).code, 0)
  const read = await fetch(`${server.fhir}/Patient/b`, { headers: { authorization: `Bearer ${token}` } })
  t.equal(read.status, 200)
})

t.test('a token is shown over TLS alone, save to this machine', async (t) => {
  t.strictSame(tokenHeader('http://10.0.0.1/fhir', undefined), {})
  t.throws(() => tokenHeader('http://10.0.0.1/fhir', 'x'), /https alone/)
  t.throws(() => tokenHeader('http://127.0.0.1.evil.org/fhir', 'x'), /https alone/)
  for (const base of ['https://x.example/fhir', 'http://127.0.0.1:8080/fhir', 'http://localhost/fhir']) {
    t.strictSame(tokenHeader(base, 'x'), { authorization: 'Bearer x' })
  }
})

t.test('where a token comes from', async (t) => {
  const file = join(storeFolder(t), 'token')
  writeFileSync(file, '  abc.def\n')
  t.equal(tokenOf({ CHARTROOM_TOKEN: 'env' }, file), 'abc.def')
  t.equal(tokenOf({ CHARTROOM_TOKEN: 'env' }, undefined), 'env')
  t.equal(tokenOf({}, undefined), undefined)
  t.throws(() => tokenOf({ CHARTROOM_TOKEN: 'a b\r\nX: y' }, undefined), {
    message: /^CHARTROOM_TOKEN is no access token$/,
  })
  writeFileSync(file, '')
  t.throws(() => tokenOf({ CHARTROOM_TOKEN: 'env' }, file), /no token in it/)
})
