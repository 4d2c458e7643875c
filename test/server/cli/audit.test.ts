import { join } from 'node:path'
import t from 'tap'
import { monthOf } from '../../../resources/store/audit-key.ts'
import { tamper } from '../../support/audit-tampering.ts'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO, placeOf } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

t.setTimeout(400_000)

const fhir = async (folder: string, ...args: string[]) => runCli(await placeOf(folder), ...args)

t.test('verify, in the store and through the server that has it open; heads; what was tampered with', async (t) => {
  const folder = storeFolder(t)
  const filled = await openServer(t, { ...(await placeOf(folder)), DATA_DIR: folder })
  for (let at = 0; at < 5; at++)
    await filled.put(`Basic/b${at}`, { resourceType: 'Basic', id: `b${at}`, code: { text: 'x' } })
  await filled.services.close()
  const whole = await fhir(folder, 'audit', 'verify')
  t.equal(whole.code, 0, whole.output)
  t.match(whole.output, /\n\d+ records in \d+ chains?; no signed head.\nThe audit log is whole.\n/)

  const file = join(storeFolder(t), 'heads.json')
  const written = await fhir(folder, 'audit', 'heads', '--to', file)
  t.equal(written.code, 0, written.output)
  t.equal(written.output, `1 head written to ${file}.\n`)
  const again = await fhir(folder, 'audit', 'heads', '--to', file)
  t.strictSame([again.code, again.output], [1, `${file} is there already, and is left as it is.\n`])
  t.match((await fhir(folder, 'audit', 'verify', '--heads', file)).output, '1 signed head, the last of')

  const server = await spawnServer(folder, ON_MONGO ? await placeOf(folder) : {})
  const there = await fhir(folder, 'audit', 'verify', '--url', server.fhir)
  t.equal(there.code, 0, there.output)
  t.match(there.output, `the server at ${server.fhir}\n`)
  t.match(there.output, 'The audit log is whole.')
  if (!ON_MONGO) {
    t.match((await fhir(folder, 'audit', 'verify')).output, `the server at ${server.fhir}\n`)
    const refused = await fhir(folder, 'audit', 'verify', '--heads', file)
    t.equal(refused.code, 1)
    t.match(refused.output, 'stop the server')
  }
  const live = join(storeFolder(t), 'live.json')
  const given = await fhir(folder, 'audit', 'heads', '--to', live, '--url', server.fhir)
  t.equal(given.output, `1 head written to ${live}.\n`)
  await server.stop()
  const held = await fhir(folder, 'audit', 'verify', '--heads', live)
  t.equal(held.code, 0, held.output)
  t.match(held.output, '1 signed head')

  await tamper(folder, monthOf(Date.now()), (with_) => with_.remove(3))
  const broken = await fhir(folder, 'audit', 'verify')
  t.equal(broken.code, 1, broken.output)
  t.match(broken.output, /The audit log is BROKEN \(missing\): Record 3 of chain \S+ is missing/)
  t.match(broken.output, /\n {2}number 3\n/)
  t.equal((await fhir(folder, 'audit', 'heads')).code, 1, 'what is broken is not signed')
})

t.test('wrong usage, and files that are none of heads', async (t) => {
  const folder = storeFolder(t)
  t.equal((await fhir(folder, 'audit')).code, 2)
  t.equal((await fhir(folder, 'audit', 'verify', '--everything')).code, 2)
  const none = await fhir(folder, 'audit', 'verify', '--heads', join(import.meta.dirname, 'audit.test.ts'))
  t.equal(none.code, 1)
  t.match(none.output, 'is no file of `audit heads`')
  const missing = await fhir(folder, 'audit', 'verify', '--heads', 'no-such-file')
  t.match(missing.output, 'There is no such file')
  const empty = await fhir(folder, 'audit', 'verify')
  t.equal(empty.code, 0, empty.output)
  t.match(empty.output, '0 records in 0 chains')
  const due = await fhir(folder, 'audit', 'archive')
  t.strictSame([due.code, due.output], [0, 'No month is old enough.\n'])
  const heads = await fhir(folder, 'audit', 'heads')
  t.match(JSON.parse(heads.output), { heads: [], keys: { keys: [{ kty: String }, {}] } })
  t.notMatch(heads.output, /"d":/, 'of keys the public part alone')
})
