import t from 'tap'
import type { Canonical, Canonicals } from '../../../resources/conformance/canonicals.ts'
import { LayeredCanonicals } from '../../../resources/conformance/layered.ts'
import { PackagedCanonicals } from '../../../resources/conformance/packaged.ts'
import { r4Canonicals } from '../../../resources/conformance/r4.ts'
import { SqlitePackages } from '../../../resources/store/sqlite/packages.ts'
import { storeFolder } from '../../support/folder.ts'

const info = (name: string, version: string) => ({
  name,
  version,
  fhirVersions: ['4.0.1'],
  dependencies: {},
  loaded: '2026-01-01T00:00:00Z',
  definitions: 0,
})

const valueSet = (url: string, version: string, title = '') => ({
  type: 'ValueSet',
  url,
  version,
  id: undefined,
  name: undefined,
  text: Buffer.from(JSON.stringify({ resourceType: 'ValueSet', url, version, title })),
})

const GENDER = 'http://hl7.org/fhir/ValueSet/administrative-gender'

t.test('definitions of packages by version, the newest without one', async (t) => {
  const store = await SqlitePackages.open(storeFolder(t))
  t.teardown(() => store.close())
  const canonicals = new PackagedCanonicals(store)
  t.equal(await canonicals.find('ValueSet', 'http://a'), undefined)
  const before = await canonicals.stamp()
  for (const version of ['8.0.0', '3.1.1', '6.1.0']) {
    await store.put(info('core', version), [valueSet('http://a', version)])
  }
  t.not(await canonicals.stamp(), before)
  t.match(await canonicals.find('ValueSet', 'http://a'), { version: '8.0.0', source: 'package', url: 'http://a' })
  t.match(await canonicals.find('ValueSet', 'http://a', '6.1.0'), { resource: { version: '6.1.0' } })
  t.match(await canonicals.find('ValueSet', 'http://a', '3.1'), { version: '3.1.1' })
  t.equal(await canonicals.find('ValueSet', 'http://a', '4.0.0'), undefined)
  const [one, other] = await Promise.all([
    canonicals.find('ValueSet', 'http://a'),
    canonicals.find('ValueSet', 'http://a', '8'),
  ])
  t.equal(one?.key, other?.key, 'one definition has one key, however it was asked for')
  t.equal(await canonicals.find('ValueSet', 'http://a'), one, 'it is read once')
  await store.put(info('core', '8.0.0'), [valueSet('http://a', '8.0.0', 'anew')])
  const anew = await canonicals.find('ValueSet', 'http://a')
  t.equal(anew?.resource.title, 'anew')
  t.not(anew?.key, one?.key)
  t.equal((await canonicals.list('ValueSet')).length, 3)
  await store.remove('core', '8.0.0')
  t.match(await canonicals.find('ValueSet', 'http://a'), { version: '6.1.0' })
})

t.test('of one url and version in several packages, the list has the one that is found', async (t) => {
  const store = await SqlitePackages.open(storeFolder(t))
  t.teardown(() => store.close())
  const canonicals = new PackagedCanonicals(store)
  await store.put(info('a', '1'), [valueSet('http://a', '1', 'first')])
  await store.put(info('b', '1'), [valueSet('http://a', '1', 'second')])
  const found = await canonicals.find('ValueSet', 'http://a')
  t.equal(found?.resource.title, 'second')
  t.strictSame(await canonicals.list('ValueSet'), [{ url: 'http://a', version: '1', key: found?.key }])
})

t.test('the first layer that has a definition counts', async (t) => {
  const store = await SqlitePackages.open(storeFolder(t))
  t.teardown(() => store.close())
  await store.put(info('terms', '1'), [valueSet(GENDER, '3.0.0')])
  const layered = new LayeredCanonicals([new PackagedCanonicals(store), r4Canonicals])
  t.match(
    await layered.find('ValueSet', GENDER),
    { version: '3.0.0', source: 'package' },
    'before R4, though it is older',
  )
  t.match(
    await layered.find('ValueSet', GENDER, '4.0.1'),
    { version: '4.0.1', source: 'r4' },
    'where it has the version',
  )
  t.equal(await layered.find('ValueSet', GENDER, '9.0.0'), undefined)
  const versions = (await layered.list('ValueSet')).filter(({ url }) => url === GENDER).map(({ version }) => version)
  t.strictSame(versions, ['3.0.0', '4.0.1'])
  const before = await layered.stamp()
  await store.remove('terms', '1')
  t.not(await layered.stamp(), before)
  t.match(await layered.find('ValueSet', GENDER), { source: 'r4' })
})

t.test('a change amid a question is not kept as its answer', async (t) => {
  let stamp = 'old'
  const waiting: (() => void)[] = []
  const store = {
    stamp: async () => stamp,
    find: () =>
      new Promise<never[]>((resolve) => {
        waiting.push(() => resolve([]))
      }),
  } as unknown as SqlitePackages
  const canonicals: Canonicals = new PackagedCanonicals(store)
  const asked: Promise<Canonical | undefined> = canonicals.find('ValueSet', 'http://a')
  await new Promise((resolve) => setImmediate(resolve))
  stamp = 'new'
  await canonicals.stamp()
  waiting.shift()?.()
  t.equal(await asked, undefined)
  void canonicals.find('ValueSet', 'http://a')
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(waiting.length, 1, 'it is asked anew')
  waiting.shift()?.()
})
