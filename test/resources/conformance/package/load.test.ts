import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { loadPackage, manifestOf } from '../../../../resources/conformance/package/load.ts'
import { filesOf } from '../../../../resources/conformance/package/tarball.ts'
import { FhirError } from '../../../../resources/fhir-error.ts'
import { SqlitePackages } from '../../../../resources/store/sqlite/packages.ts'
import { storeFolder } from '../../../support/folder.ts'
import { type FileOfPackage, packageOf, profileOf, tarOf, valueSetOf } from '../../../support/packages.ts'

const MANIFEST = { name: 'test.guide', version: '1.0.0', fhirVersions: ['4.0.1'] }

async function opened(t: Test) {
  const store = await SqlitePackages.open(storeFolder(t))
  t.teardown(() => store.close())
  return { store, load: (bytes: Buffer) => loadPackage(() => Readable.from([bytes]), store) }
}

/** What is said of a package that is refused. */
async function refusalOf(t: Test, bytes: Buffer): Promise<string> {
  const { store, load } = await opened(t)
  try {
    await load(bytes)
    return 'it was taken'
  } catch (error) {
    t.ok(error instanceof FhirError && error.kind === 'invalid', String(error))
    t.strictSame(await store.packages(), [], 'nothing of it is kept')
    return (error as FhirError).issues[0]?.diagnostics ?? ''
  }
}

t.test('loads the definitions at the top of the folder, without what only readers need', async (t) => {
  const { store, load } = await opened(t)
  const progress: number[] = []
  const files: FileOfPackage[] = [
    ['package/StructureDefinition-p.json', profileOf('p', 'Patient', { date: '2024-05-08' })],
    ['package/example/Patient-a.json', { resourceType: 'Patient', id: 'a' }],
    ['package/example/ValueSet-x.json', valueSetOf('x', ['a'])],
    ['package/other/ValueSet-y.json', valueSetOf('y', ['a'])],
    ['package/openapi/api.json', 'no JSON at all'],
    ['package/.index.json', 'nor this'],
    ['package/xml/ValueSet-z.xml', '<ValueSet/>'],
    ['package/ValueSet-v.json', `\ufeff${JSON.stringify(valueSetOf('v', ['a']))}`],
    ['package/Basic-b.json', { resourceType: 'Basic', code: { text: 'no canonical' } }],
    ['package/list.json', '[1, 2]'],
    ['elsewhere/ValueSet-w.json', valueSetOf('w', ['a'])],
    [
      'package/package.json',
      { ...MANIFEST, title: 'A guide', canonical: 'http://example.org', dependencies: { a: '1' } },
    ],
    ['package/ValueSet-again.json', valueSetOf('v', ['b'])],
  ]
  const bytes = await tarOf(files)
  const { info, leftOut } = await loadPackage(
    () => Readable.from([bytes]),
    store,
    (count) => progress.push(count),
  )
  t.match(info, {
    ...MANIFEST,
    title: 'A guide',
    canonical: 'http://example.org',
    dependencies: { a: '1' },
    definitions: 2,
  })
  t.match(info.loaded, /^\d{4}-\d\d-\d\dT/)
  t.strictSame(leftOut, [])
  t.strictSame(progress, [1, 2])
  t.strictSame(await store.packages(), [info])
  const [profile] = await store.find('StructureDefinition', 'http://example.org/StructureDefinition/p')
  t.match(profile, {
    version: '1.0.0',
    id: 'p',
    name: 'p',
    date: '2024-05-08',
    derivation: 'constraint',
    ofType: 'Patient',
  })
  const kept = JSON.parse(String(profile?.text))
  t.equal(kept.text, undefined, 'no narrative')
  t.strictSame(kept.differential, { element: [{ id: 'Patient', path: 'Patient' }] })
  const [set] = await store.find('ValueSet', 'http://example.org/ValueSet/v')
  t.strictSame(JSON.parse(String(set?.text)).compose.include[0].concept, [{ code: 'a' }], 'the first of two counts')
  t.strictSame(await load(bytes).then(({ info: again }) => again.definitions), 2, 'and may be loaded again')
  t.equal((await store.packages()).length, 1)
})

t.test('a naming system is found by its preferred uri', async (t) => {
  const { store, load } = await opened(t)
  const system = {
    resourceType: 'NamingSystem',
    name: 'N',
    status: 'active',
    kind: 'identifier',
    date: '2024-01-01',
    uniqueId: [
      { type: 'oid', value: '1.2.3' },
      { type: 'uri', value: 'http://old' },
      { type: 'uri', value: 'http://new', preferred: true },
    ],
  }
  await load(await packageOf({}, { 'NamingSystem-n.json': system }))
  t.equal((await store.find('NamingSystem', 'http://new')).length, 1)
})

t.test('leaves out, and tells so, what no R4 resource is and what R4 itself defines', async (t) => {
  const { store, load } = await opened(t)
  const files = {
    'StructureDefinition-bad.json': profileOf('bad', 'Patient', { snapshot: { element: 'none' } }),
    'StructureDefinition-Patient.json': profileOf('Patient', 'Patient', {
      url: 'http://hl7.org/fhir/StructureDefinition/Patient',
      derivation: 'specialization',
    }),
    'ValueSet-v.json': valueSetOf('v', ['a']),
  }
  const { leftOut, info } = await load(await packageOf({}, files))
  t.equal(info.definitions, 1)
  t.match(leftOut, [/StructureDefinition-bad\.json is left out: StructureDefinition\.snapshot/, /R4 itself defines/])
  t.strictSame(await store.list('StructureDefinition'), [])
})

t.test('refuses other releases of FHIR, R4 itself, and what tells no release', async (t) => {
  const refused = async (manifest: Record<string, unknown>) => refusalOf(t, await packageOf(manifest, {}))
  t.match(await refused({ fhirVersions: ['5.0.0'] }), /test\.guide 1\.0\.0 is for FHIR 5\.0\.0: this server is R4/)
  t.match(await refused({ fhirVersions: ['4.3.0'] }), /is for FHIR 4\.3\.0/)
  t.match(await refused({ fhirVersions: [] }), /tells no release of FHIR/)
  t.match(await refused({ name: 'hl7.fhir.r4.core' }), /R4 itself, which is always there/)
  const manifest = async (more: object) => {
    const bytes = await packageOf({ fhirVersions: undefined, ...more }, {})
    return (await manifestOf(() => Readable.from([bytes]))).fhirVersions
  }
  t.strictSame(await manifest({ 'fhir-version-list': ['4.0.0'] }), ['4.0.0'])
  t.strictSame(await manifest({ dependencies: { 'hl7.fhir.r4.core': '4.0.1' } }), ['4.0.1'])
})

t.test('refuses what is no package, and names a file that is bad', async (t) => {
  t.match(await refusalOf(t, Buffer.from('no archive')), /no gzipped tar/)
  t.match(await refusalOf(t, Buffer.alloc(0)), /no gzipped tar|no package\/package\.json/)
  t.match(await refusalOf(t, gzipSync('no tar')), /no gzipped tar|no package\/package\.json/)
  t.match(await refusalOf(t, await tarOf([['package/a.json', '{}']])), /no package\/package\.json/)
  t.match(await refusalOf(t, await tarOf([['package/package.json', '{']])), /package\.json is not JSON/)
  t.match(await refusalOf(t, await tarOf([['package/package.json', { version: '1' }]])), /tells no name/)
  t.match(await refusalOf(t, await packageOf({ version: '../1' }, {})), /tells no version/)
  t.match(
    await refusalOf(t, await packageOf({}, { 'ValueSet-v.json': '{"resourceType":' })),
    /package\/ValueSet-v\.json is no JSON that can be read/,
  )
  const whole = await packageOf({}, { 'ValueSet-v.json': valueSetOf('v', ['a'.repeat(50_000)]) })
  t.match(await refusalOf(t, whole.subarray(0, whole.length - 100)), /no gzipped tar/, 'cut off')
})

t.test('refuses paths that lead out, and takes no links', async (t) => {
  const manifest: FileOfPackage = ['package/package.json', MANIFEST]
  for (const name of ['../package/a.json', '/etc/a.json', 'package/../../a.json', 'package\\..\\a.json']) {
    t.match(await refusalOf(t, await tarOf([manifest, [name, '{}']])), /a path that leads out/, name)
  }
  const { load } = await opened(t)
  const link: FileOfPackage = ['package/a.json', '', { type: 'symlink', linkname: '/etc/passwd', size: 0 }]
  t.equal((await load(await tarOf([manifest, link]))).info.definitions, 0)
})

t.test('refuses bombs', async (t) => {
  const large = await tarOf([
    ['package/package.json', MANIFEST],
    ['package/a.json', Buffer.alloc(13 * 1024 * 1024, ' ')],
  ])
  t.ok(large.length < 100_000)
  t.match(await refusalOf(t, large), /a\.json has more than 12582912 bytes/)
  const bomb = await tarOf([
    ['package/package.json', MANIFEST],
    ['package/x.bin', Buffer.alloc(2_000_000)],
    ['package/y.json', '{}'],
  ])
  const read = async (most: number) => {
    const names: string[] = []
    for await (const { name } of filesOf(
      () => Readable.from([bomb]),
      () => true,
      most,
    ))
      names.push(name)
    return names
  }
  t.strictSame(await read(3_000_000), ['package/package.json', 'package/y.json'])
  const error = await read(1_000_000).catch((thrown: unknown) => thrown)
  t.match((error as FhirError).issues, [{ diagnostics: /more than 1000000 bytes in it/ }])
})

t.test('a deeply nested file is refused, and nothing falls', async (t) => {
  const { load } = await opened(t)
  const deep = `{"resourceType":"ValueSet","url":"http://a","status":"active","extension":${'[{"url":"a","extension":'.repeat(20_000)}[]${'}]'.repeat(20_000)}}`
  const said = await load(await packageOf({}, { 'ValueSet-deep.json': deep })).then(
    ({ leftOut }) => leftOut[0] ?? 'taken',
    (error: unknown) => (error instanceof FhirError ? String(error.issues[0]?.diagnostics) : `threw ${error}`),
  )
  t.match(said, /ValueSet-deep\.json/)
})
