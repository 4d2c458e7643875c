import { setTimeout } from 'node:timers/promises'
import type { Test } from 'tap'
import type { PackagedDefinition, PackageInfo, PackageStore } from '../../resources/store/packages.ts'

/** A new place for packages: each call opens it once more, as another process would. */
export interface PackagesPlace {
  open(): Promise<PackageStore>
}

const info = (name: string, version: string, more: Partial<PackageInfo> = {}): PackageInfo => ({
  name,
  version,
  fhirVersions: ['4.0.1'],
  dependencies: {},
  loaded: '2026-01-02T03:04:05Z',
  definitions: 0,
  ...more,
})

const definition = (url: string, more: Partial<PackagedDefinition> = {}): PackagedDefinition => ({
  type: 'ValueSet',
  url,
  version: undefined,
  id: undefined,
  name: undefined,
  text: Buffer.from(JSON.stringify({ resourceType: 'ValueSet', url })),
  ...more,
})

const names = (packages: readonly PackageInfo[]) => packages.map(({ name, version }) => `${name}@${version}`)

/** Asks until another process's change is seen. */
async function otherThan(store: PackageStore, stamp: string): Promise<string> {
  for (;;) {
    const now = await store.stamp()
    if (now !== stamp) return now
    await setTimeout(50)
  }
}

/** What a store of packages must do. `placeOf` gives a new, empty place each time. */
export function packagesContract(t: Test, placeOf: (t: Test) => Promise<PackagesPlace>): void {
  const open = async (t: Test) => {
    const place = await placeOf(t)
    const store = await place.open()
    t.teardown(() => store.close())
    const other = async () => {
      const another = await place.open()
      t.teardown(() => another.close())
      return another
    }
    return { store, other }
  }

  t.test('packages: what was put in is found by type and url, byte for byte', async (t) => {
    const { store } = await open(t)
    t.strictSame(await store.packages(), [])
    const full = definition('http://a', {
      type: 'StructureDefinition',
      version: '1.0',
      id: 'a',
      name: 'A',
      date: '2024-05-08',
      derivation: 'constraint',
      ofType: 'Patient',
      text: Buffer.from('{"é": 1.00}'),
    })
    const more = {
      canonical: 'http://guide',
      title: 'Guide',
      dependencies: { 'hl7.fhir.r4.core': '4.0.1', 'a.b$c': '1' },
    }
    await store.put(info('guide', '1.0', more), [full, definition('http://b'), definition('http://a')])
    t.strictSame(await store.packages(), [info('guide', '1.0', { ...more, definitions: 3 })], 'definitions are counted')
    const [found, ...rest] = await store.find('StructureDefinition', 'http://a')
    t.equal(rest.length, 0, 'of that type alone')
    t.ok(found?.key)
    const { key: _, ...held } = found!
    t.strictSame(held, { ...full, package: 'guide', packageVersion: '1.0' })
    t.strictSame(await store.find('StructureDefinition', 'http://b'), [])
    t.strictSame(await store.find('StructureDefinition', 'http://'), [])
    const [head] = await store.list('ValueSet')
    t.match(head, { url: 'http://b', version: undefined, id: undefined, name: undefined, package: 'guide' })
    t.notOk('text' in head!)
  })

  t.test('packages: lists a type, and StructureDefinitions of one type', async (t) => {
    const { store } = await open(t)
    const structure = (url: string, ofType: string) => definition(url, { type: 'StructureDefinition', ofType })
    await store.put(info('a', '1'), [structure('http://p', 'Patient'), structure('http://o', 'Observation')])
    await store.put(info('b', '1'), [structure('http://q', 'Patient'), definition('http://v')])
    const urls = async (...args: [string, string?]) => (await store.list(...args)).map(({ url }) => url)
    t.strictSame(await urls('StructureDefinition'), ['http://p', 'http://o', 'http://q'])
    t.strictSame(await urls('StructureDefinition', 'Patient'), ['http://p', 'http://q'])
    t.strictSame(await urls('StructureDefinition', 'Group'), [])
    t.strictSame(await urls('ConceptMap'), [])
  })

  t.test('packages: several versions are found in the order in which they were loaded', async (t) => {
    const { store } = await open(t)
    for (const version of ['8.0.0', '3.1.1', '6.1.0']) {
      await store.put(info('core', version), [definition('http://a', { version })])
    }
    t.strictSame(names(await store.packages()), ['core@8.0.0', 'core@3.1.1', 'core@6.1.0'])
    const versions = async () => (await store.find('ValueSet', 'http://a')).map(({ packageVersion }) => packageVersion)
    t.strictSame(await versions(), ['8.0.0', '3.1.1', '6.1.0'])
    await store.put(info('core', '8.0.0'), [definition('http://a', { version: '8.0.0' })])
    t.strictSame(await versions(), ['3.1.1', '6.1.0', '8.0.0'], 'one that is put in anew is the last')
  })

  t.test('packages: one of the same name and version takes the place of all that was there', async (t) => {
    const { store } = await open(t)
    await store.put(info('a', '1'), [definition('http://a'), definition('http://b')])
    const [before] = await store.find('ValueSet', 'http://a')
    await store.put(info('a', '1', { title: 'New' }), [definition('http://a')])
    const [after] = await store.find('ValueSet', 'http://a')
    t.not(after?.key, before?.key, 'a key is never used again')
    t.strictSame(await store.find('ValueSet', 'http://b'), [])
    t.strictSame(await store.packages(), [info('a', '1', { title: 'New', definitions: 1 })])
  })

  t.test('packages: a removed one is gone with its definitions', async (t) => {
    const { store } = await open(t)
    await store.put(info('a', '1'), [definition('http://a')])
    await store.put(info('a', '2'), [definition('http://a')])
    t.equal(await store.remove('a', '3'), false)
    t.equal(await store.remove('b', '1'), false)
    t.equal(await store.remove('a', '1'), true)
    t.equal(await store.remove('a', '1'), false)
    t.strictSame(names(await store.packages()), ['a@2'])
    t.equal((await store.find('ValueSet', 'http://a')).length, 1)
  })

  t.test('packages: what fails amid its definitions changes nothing', async (t) => {
    const { store } = await open(t)
    await store.put(info('a', '1'), [definition('http://a')])
    const stamp = await store.stamp()
    const failing = async function* () {
      for (let at = 0; at < 500; at++) yield definition(`http://new/${at}`)
      throw new Error('the file ends here')
    }
    await t.rejects(store.put(info('a', '1'), failing()), { message: 'the file ends here' })
    await t.rejects(store.put(info('b', '1'), failing()), { message: 'the file ends here' })
    t.strictSame(names(await store.packages()), ['a@1'])
    t.equal((await store.find('ValueSet', 'http://a')).length, 1)
    t.strictSame(await store.find('ValueSet', 'http://new/0'), [])
    t.equal(await store.stamp(), stamp)
    await store.put(info('b', '1'), [definition('http://b')])
    t.strictSame(names(await store.packages()), ['a@1', 'b@1'], 'and others can be put in')
  })

  t.test('packages: the stamp is another whenever the packages are', async (t) => {
    const { store } = await open(t)
    const stamps = [await store.stamp()]
    t.equal(await store.stamp(), stamps[0])
    await store.put(info('a', '1'), [definition('http://a')])
    stamps.push(await store.stamp())
    await store.put(info('a', '1'), [definition('http://a')])
    stamps.push(await store.stamp())
    await store.remove('a', '1')
    stamps.push(await store.stamp())
    t.equal(new Set(stamps).size >= 3, true, 'each change')
    for (const [at, stamp] of stamps.entries()) if (at > 0) t.not(stamp, stamps[at - 1])
    t.equal(await store.stamp(), stamps[3])
  })

  t.test('packages: another process sees what one loaded', async (t) => {
    const { store, other } = await open(t)
    const another = await other()
    let stamp = await another.stamp()
    await store.put(info('a', '1'), [definition('http://a')])
    stamp = await otherThan(another, stamp)
    t.strictSame(names(await another.packages()), ['a@1'])
    t.equal((await another.find('ValueSet', 'http://a')).length, 1)
    await another.remove('a', '1')
    t.strictSame(await store.packages(), [])
    t.not(await another.stamp(), stamp)
  })

  t.test('packages: a reader sees the old or the new, never a part', async (t) => {
    const { store, other } = await open(t)
    const another = await other()
    const all = (version: string) =>
      Array.from({ length: 40 }, (_, at) => definition('http://a', { version, id: `${at}` }))
    await store.put(info('a', '1'), all('0'))
    const seen = new Set<string>()
    let writing = true
    const readers = [store, another].map(async (reader) => {
      while (writing) {
        const found = await reader.find('ValueSet', 'http://a')
        seen.add(`${found.length} ${new Set(found.map(({ version }) => version)).size}`)
        await setTimeout(1)
      }
    })
    const slowly = async function* (version: string) {
      for (const one of all(version)) {
        await setTimeout(1)
        yield one
      }
    }
    for (let version = 1; version < 4; version++) await store.put(info('a', '1'), slowly(String(version)))
    writing = false
    await Promise.all(readers)
    t.strictSame([...seen], ['40 1'])
  })

  t.test('packages: of several who write at once, none is lost', async (t) => {
    const { store, other } = await open(t)
    const another = await other()
    const put = (to: PackageStore, name: string) => to.put(info(name, '1'), [definition(`http://${name}`)])
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'same', 'same']
    await Promise.all(all.map((name, at) => put(at % 2 ? store : another, name)))
    t.strictSame(names(await store.packages()).sort(), [...new Set(all)].map((name) => `${name}@1`).sort())
    t.equal((await store.find('ValueSet', 'http://same')).length, 1)
  })

  t.test('packages: large definitions, and names of the language', async (t) => {
    const { store } = await open(t)
    const text = Buffer.alloc(6_000_000, 'x')
    await store.put(info('__proto__', 'constructor'), [
      definition('http://a', { text }),
      definition('toString'),
      definition('http://c', { text }),
    ])
    t.equal((await store.find('ValueSet', 'http://a'))[0]?.text.equals(text), true)
    t.equal((await store.find('ValueSet', 'toString')).length, 1)
    t.strictSame(await store.find('ValueSet', '__proto__'), [])
    t.equal(await store.remove('__proto__', 'constructor'), true)
  })

  t.test('packages: once closed, nothing is written', async (t) => {
    const { store } = await open(t)
    await store.close()
    await t.rejects(store.put(info('a', '1'), [definition('http://a')]))
    await store.close()
  })
}
