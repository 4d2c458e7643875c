import { Client } from 'fhir-kit-client'
import t from 'tap'
import { storeFolder } from '../support/folder.ts'
import { spawnServer } from '../support/spawn.ts'

t.test('a client that others wrote (fhir-kit-client) gets its work done', async (t) => {
  const server = await spawnServer(storeFolder(t), { DEMO: 'on' })
  t.teardown(() => server.stop())
  const client = new Client({ baseUrl: server.fhir })
  t.match(await client.capabilityStatement(), { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' })
  const created = await client.create({
    resourceType: 'Patient',
    body: { resourceType: 'Patient', name: [{ family: 'Kit' }] },
  })
  const id = String(created.id)
  t.match(await client.read({ resourceType: 'Patient', id }), { name: [{ family: 'Kit' }] })
  t.match(await client.update({ resourceType: 'Patient', id, body: { ...created, active: true } as never }), {
    meta: { versionId: '2' },
  })
  t.match(
    await client.patch({ resourceType: 'Patient', id, jsonPatch: [{ op: 'replace', path: '/active', value: false }] }),
    { active: false },
  )
  t.match(await client.vread({ resourceType: 'Patient', id, version: '1' }), { meta: { versionId: '1' } })
  t.match(await client.history({ resourceType: 'Patient', id }), { total: 3 })
  t.match(await client.search({ resourceType: 'Patient', searchParams: { family: 'kit' } }), { total: 1 })
  t.match(
    await client.search({ resourceType: 'Patient', searchParams: { family: 'kit' }, options: { postSearch: true } }),
    { total: 1 },
  )
  let page = (await client.search({ resourceType: 'Claim', searchParams: { _count: 50 } })) as never as
    | { entry: object[]; link: object[] }
    | undefined
  let claims = 0
  while (page) {
    claims += page.entry.length
    page = (await client.nextPage({ bundle: page as never })) as never
  }
  t.equal(claims, 115)
  const entry = [
    { resource: { resourceType: 'Basic', code: { text: 'x' } }, request: { method: 'POST', url: 'Basic' } },
  ]
  t.match(await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } as never }), {
    type: 'transaction-response',
  })
  t.match(await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry } as never }), {
    type: 'batch-response',
  })
  await client.delete({ resourceType: 'Patient', id })
  await t.rejects(client.read({ resourceType: 'Patient', id }), { response: { status: 410 } } as never)
})
