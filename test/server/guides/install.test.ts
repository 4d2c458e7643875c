import t, { type Test } from 'tap'
import { accessFor, identityWith } from '../../support/access.ts'
import { packageOf, profileOf, valueSetOf } from '../../support/packages.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const INSTALL = 'ImplementationGuide/$install'
const UNINSTALL = 'ImplementationGuide/$uninstall'

const guide = (version = '1.0.0', more: Record<string, unknown> = {}) =>
  packageOf(
    { version, dependencies: { 'hl7.fhir.r4.core': '4.0.1', other: '2.0.0' }, ...more },
    { 'StructureDefinition-p.json': profileOf('p', 'Patient', { version }), 'ValueSet-v.json': valueSetOf('v', ['a']) },
  )

const content = (bytes: Buffer) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'npmContent', valueBase64Binary: bytes.toString('base64') }],
})

const named = (name: string, version: string) => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'name', valueString: name },
    { name: 'version', valueString: version },
  ],
})

const namesIn = async ({ services }: TestServer) =>
  (await services.knowledge.packages.packages()).map(({ name, version }) => `${name}@${version}`)

/** What the log has of operations: code, outcome and what was asked. */
async function recorded(server: TestServer): Promise<string[]> {
  const { json } = await server.get('AuditEvent?_sort=-date&_count=50')
  return (json.entry ?? [])
    .map(({ resource }: Json) => JSON.stringify(resource))
    .filter((text: string) => /install/.test(text))
}

t.test('a package is installed as npmContent, or as a Binary, and taken away', async (t) => {
  const server = await openServer(t)
  const bytes = await guide()
  const { status, json } = await server.post(INSTALL, content(bytes))
  t.equal(status, 200, JSON.stringify(json))
  t.strictSame(json, {
    resourceType: 'Parameters',
    parameter: [
      { name: 'name', valueString: 'test.guide' },
      { name: 'version', valueString: '1.0.0' },
      { name: 'definitions', valueInteger: 2 },
      { name: 'warning', valueString: 'test.guide 1.0.0 depends on other 2.0.0, which is not loaded' },
    ],
  })
  t.strictSame(await namesIn(server), ['test.guide@1.0.0'])
  const binary = {
    resourceType: 'Binary',
    contentType: 'application/gzip',
    data: (await guide('2.0.0')).toString('base64'),
  }
  t.equal((await server.post(INSTALL, binary)).status, 200)
  t.strictSame(await namesIn(server), ['test.guide@1.0.0', 'test.guide@2.0.0'])
  t.equal((await server.post(UNINSTALL, named('test.guide', '1.0.0'))).status, 200)
  t.equal((await server.post(UNINSTALL, named('test.guide', '1.0.0'))).status, 404)
  t.strictSame(await namesIn(server), ['test.guide@2.0.0'])
})

t.test('it is on record with the name of the package, and without its bytes', async (t) => {
  const server = await openServer(t)
  const bytes = await guide()
  await server.post(INSTALL, content(bytes))
  await server.post(UNINSTALL, named('test.guide', '1.0.0'))
  const events = await recorded(server)
  t.equal(events.length, 2)
  for (const event of events) {
    t.notMatch(event, bytes.toString('base64').slice(0, 40))
    const query = /"query":"([^"]+)"/.exec(event)?.[1] ?? ''
    t.match(Buffer.from(query, 'base64').toString(), 'name=test.guide&version=1.0.0')
  }
})

t.test('what is no package of R4 changes nothing', async (t) => {
  const server = await openServer(t)
  const refused = async (body: unknown) => {
    const { status, json } = await server.post(INSTALL, body)
    t.equal(status, 400)
    return json.issue[0].diagnostics
  }
  t.match(await refused(content(await guide('1.0.0', { fhirVersions: ['5.0.0'] }))), /is for FHIR 5\.0\.0/)
  t.match(await refused(content(Buffer.from('no archive'))), /no gzipped tar/)
  t.match(await refused({ resourceType: 'Parameters' }), /takes the bytes of a package/)
  t.match(await refused(named('test.guide', '1')), /takes npmContent/)
  t.match(await refused({ resourceType: 'Patient' }), /./)
  t.match(await refused({ resourceType: 'Binary', contentType: 'text/plain' }), /takes the bytes/)
  t.strictSame(await namesIn(server), [])
  t.equal((await server.get(INSTALL)).status, 405)
  t.equal((await server.post('Patient/$install', content(await guide()))).status, 404)
})

t.test('administrators alone may, whatever the scopes of others', async (t) => {
  const server = await openServer(t)
  const body = content(await guide())
  const ask = async (t: Test, scopes: string[], role: string | undefined, wanted: number) => {
    const access = await accessFor(identityWith(scopes, role === undefined ? {} : { role }))
    const asked = server.as(access)
    const told = `${scopes.join(' ')} as ${role}`
    t.equal((await asked.post(INSTALL, body)).status, wanted, told)
    t.equal((await asked.post(UNINSTALL, named('test.guide', '1.0.0'))).status, wanted, told)
  }
  await ask(t, ['user/*.cruds'], undefined, 403)
  await ask(t, ['system/*.cruds'], undefined, 403)
  await ask(t, ['user/*.cruds'], 'administrator', 403)
  await ask(t, ['user/*.cruds', 'chartroom/admin'], 'physician', 403)
  await ask(t, ['chartroom/admin'], 'administrator', 403)
  await ask(t, ['patient/*.cruds', 'chartroom/admin'], 'patient', 403)
  t.strictSame(await namesIn(server), [])
  await ask(t, ['user/*.cruds', 'chartroom/admin'], 'administrator', 200)
  await ask(t, ['system/ImplementationGuide.cd', 'chartroom/admin'], undefined, 200)
})

t.test('a batch may install, a transaction may not', async (t) => {
  const server = await openServer(t)
  const resource = content(await guide())
  const bundle = (type: string) => ({
    resourceType: 'Bundle',
    type,
    entry: [{ resource, request: { method: 'POST', url: INSTALL } }],
  })
  t.equal((await server.post('', bundle('transaction'))).status, 400)
  t.strictSame(await namesIn(server), [])
  const { json } = await server.post('', bundle('batch'))
  t.match(json.entry[0].response.status, '200')
  t.strictSame(await namesIn(server), ['test.guide@1.0.0'])
})

t.test('the profiles of packages are told by the CapabilityStatement, as long as they are there', async (t) => {
  const server = await openServer(t)
  const told = async () => {
    const { json } = await server.get('metadata')
    const { supportedProfile } = json.rest[0].resource.find(({ type }: Json) => type === 'Patient')
    return { supportedProfile, date: json.date }
  }
  const before = await told()
  t.equal(before.supportedProfile, undefined)
  await server.post(INSTALL, content(await guide('1.0.0')))
  const url = 'http://example.org/StructureDefinition/p'
  t.strictSame((await told()).supportedProfile, [url])
  await server.post(INSTALL, content(await guide('2.0.0')))
  t.strictSame((await told()).supportedProfile, [url, `${url}|1.0.0`], 'the newest, and the others by their versions')
  for (const version of ['1.0.0', '2.0.0']) await server.post(UNINSTALL, named('test.guide', version))
  t.equal((await told()).supportedProfile, undefined)
  const { json } = await server.get('metadata')
  const guideType = json.rest[0].resource.find(({ type }: Json) => type === 'ImplementationGuide')
  const operations = guideType.operation.map(({ name }: Json) => name)
  t.ok(operations.includes('install') && operations.includes('uninstall'))
})
