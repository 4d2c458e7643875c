import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SHIPPED_RULES } from '../../../him/privacy/screen/rules.ts'
import { runCli } from '../../support/cli.ts'
import { reading, recordDeeds } from '../../support/deeds.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO, placeOf } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

t.setTimeout(180_000)

const fhir = async (folder: string, ...args: string[]) => runCli(await placeOf(folder), ...args)
const TODAY = new Date().toISOString().slice(0, 10)
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)

t.test('screens the store itself or through the server that has it open, by the rules that are set', async (t) => {
  const folder = storeFolder(t)
  const filled = await openServer(t, { ...(await placeOf(folder)), DATA_DIR: folder })
  const person = { name: [{ family: 'Zellkirk', given: ['Nora'] }], birthDate: '1980-02-03' }
  for (const resourceType of ['Patient', 'Practitioner']) {
    await filled.put(`${resourceType}/own`, { resourceType, id: 'own', ...person })
  }
  await recordDeeds(filled, [reading('Practitioner/own', 'own', new Date().toISOString())])
  await filled.services.close()

  const first = await fhir(folder, 'audit', 'screen', '--from', TODAY, '--to', TOMORROW)
  t.equal(first.code, 0, first.output)
  t.match(first.output, '1 finding; 1 Task made, 0 renewed.')
  t.equal((await fhir(folder, 'audit', 'screen', '--from', TODAY)).code, 2)
  t.match((await fhir(folder, 'audit', 'screen', '--from', TOMORROW, '--to', '2020')).output, 'none before --from')

  const shown = await fhir(folder, 'audit', 'rules')
  t.strictSame(JSON.parse(shown.output), SHIPPED_RULES)
  const file = join(storeFolder(t), 'rules.json')
  const rule = { ...SHIPPED_RULES.rules['own-record'], on: false }
  writeFileSync(
    file,
    JSON.stringify({ ...SHIPPED_RULES, version: '7', rules: { ...SHIPPED_RULES.rules, 'own-record': rule } }),
  )
  t.equal((await fhir(folder, 'audit', 'rules', '--set', file)).code, 0)
  t.equal(JSON.parse((await fhir(folder, 'audit', 'rules', '--number', '1')).output).version, '7')

  const server = await spawnServer(folder, ON_MONGO ? await placeOf(folder) : {})
  const there = await fhir(folder, 'audit', 'screen', '--from', TODAY, '--to', TOMORROW, '--url', server.fhir)
  t.equal(there.code, 0, there.output)
  t.match(there.output, '0 findings; 0 Tasks made, 1 renewed.')
  await server.stop()

  writeFileSync(file, JSON.stringify({ ...SHIPPED_RULES, rules: {} }))
  t.match((await fhir(folder, 'audit', 'rules', '--set', file)).output, /rules are refused: rules\/rules must have/)
  t.equal((await fhir(folder, 'audit', 'rules', '--restore')).code, 0)
  t.equal(JSON.parse((await fhir(folder, 'audit', 'rules')).output).version, SHIPPED_RULES.version)
})
