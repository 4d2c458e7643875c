import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadPackage } from '../../../../resources/conformance/package/load.ts'
import { PackagedCanonicals } from '../../../../resources/conformance/packaged.ts'
import { SqlitePackages } from '../../../../resources/store/sqlite/packages.ts'
import { storeFolder } from '../../../support/folder.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', '..', 'shared')
const PACKAGES = join(SHARED, 'packages')
const skip = existsSync(PACKAGES)
  ? false
  : 'the packages of implementation guides are not on this machine: none of them was loaded'

t.test('the packages of implementation guides load, side by side', { skip }, async (t) => {
  const store = await SqlitePackages.open(storeFolder(t))
  t.teardown(() => store.close())
  const files = readdirSync(PACKAGES).filter((name) => name.endsWith('.tgz'))
  t.ok(files.length > 10)
  for (const name of files) {
    const { info, leftOut } = await loadPackage(() => createReadStream(join(PACKAGES, name)), store)
    t.equal(`${info.name}#${info.version}.tgz`, name)
    t.ok(info.definitions > 5, `${name}: ${info.definitions} definitions`)
    // Guides that list parameters of their tools, and a parameter of a type that R4 has not.
    t.notOk(leftOut.find((words) => !/ig-r4\.json|workflow-researchStudy/.test(words)))
  }
  t.equal((await store.packages()).length, files.length)
  const canonicals = new PackagedCanonicals(store)
  const patient = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'
  t.match(await canonicals.find('StructureDefinition', patient), { version: '8.0.0' }, 'the newest without a version')
  t.match(await canonicals.find('StructureDefinition', patient, '3.1.1'), { resource: { version: '3.1.1' } })
  t.equal((await store.list('StructureDefinition', 'Patient')).filter(({ url }) => url === patient).length, 4)
  for (const { url, version } of await canonicals.list('StructureDefinition')) {
    const found = await canonicals.find('StructureDefinition', url, version)
    if (found?.resource.url !== url) t.fail(url)
  }
})
