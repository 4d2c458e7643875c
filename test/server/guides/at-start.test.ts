import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../../server/config.ts'
import { loadAtStart } from '../../../server/guides/at-start.ts'
import { storeFolder } from '../../support/folder.ts'
import { packageOf, profileOf } from '../../support/packages.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

t.test('the setting names files, with commas between', async (t) => {
  t.strictSame(readConfig({}).packages, [])
  t.strictSame(readConfig({ CHARTROOM_PACKAGES: ' a.tgz, b.tgz,' }).packages, ['a.tgz', 'b.tgz'])
})

t.test('packages that are not there yet are loaded at the start, once', async (t) => {
  const folder = storeFolder(t)
  const files = ['a', 'b'].map((name) => join(folder, `${name}.tgz`))
  for (const [at, file] of files.entries()) {
    const manifest = { name: ['a', 'b'][at], dependencies: { b: '1.0.0', c: '1.0.0' } }
    writeFileSync(file, await packageOf(manifest, { 'StructureDefinition-p.json': profileOf('p', 'Patient') }))
  }
  const { services } = await openServer(t, { CHARTROOM_PACKAGES: files.join(',') })
  const { loaded, warnings } = await loadAtStart(services)
  t.match(loaded, [{ name: 'a', definitions: 1 }, { name: 'b' }])
  t.strictSame(warnings, [
    'a 1.0.0 depends on c 1.0.0, which is not loaded',
    'b 1.0.0 depends on c 1.0.0, which is not loaded',
  ])
  t.strictSame(await loadAtStart(services), { loaded: [], warnings: [] })
  t.equal((await services.knowledge.packages.packages()).length, 2)
})

t.test('a file that is none stops the start, with its name', async (t) => {
  const file = join(storeFolder(t), 'none.tgz')
  await t.rejects(spawnServer(storeFolder(t), { CHARTROOM_PACKAGES: file }), /CHARTROOM_PACKAGES: .*none\.tgz: /)
})
