import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Access } from '../../../auth/access.ts'
import { readPieces } from '../../../server/cli/sources.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { askWith, namesIn } from '../../support/asking.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared')
const SAMPLE20 = join(SHARED, 'data', 'synthea', 'sample20.tar.gz')
const skip = existsSync(SAMPLE20) ? false : 'left out: ../shared/data/synthea/sample20.tar.gz is not here'

const PATIENTS = 4
const slug = (name: string) => name.toLowerCase().replaceAll(/[^a-z]+/g, '-')

/** Synthea has insurers by their name alone: makes them references to Organizations, and a Coverage of each patient's own. */
function withInsurers(bundle: Json): Json {
  const insurers = new Map<string, string>()
  let coverages = 0
  for (const { resource, fullUrl } of [...bundle.entry]) {
    const name = resource.insurer?.display ?? resource.insurance?.[0]?.coverage?.display
    if (!['Claim', 'ExplanationOfBenefit'].includes(resource.resourceType) || !name) continue
    resource.insurer = { reference: `Organization/${slug(name)}`, display: name }
    if (insurers.has(name)) continue
    insurers.set(name, fullUrl)
    if (coverages++ > 0) continue
    bundle.entry.push({
      resource: {
        resourceType: 'Coverage',
        status: 'active',
        beneficiary: resource.patient,
        payor: [{ reference: `Organization/${slug(name)}` }],
      },
      request: { method: 'POST', url: 'Coverage' },
    })
  }
  for (const name of insurers.keys()) {
    const id = slug(name)
    const organization = { resourceType: 'Organization', id, name }
    bundle.entry.push({ resource: organization, request: { method: 'PUT', url: `Organization/${id}` } })
  }
  return bundle
}

async function load(server: TestServer): Promise<void> {
  let left = PATIENTS
  for await (const { name, bytes } of readPieces(SAMPLE20, () => undefined)) {
    if (/patient/.test(name) && left-- <= 0) continue
    const { status, text } = await server.post('', withInsurers(JSON.parse(String(bytes))))
    if (status !== 200) throw new Error(`${name}: ${text.slice(0, 500)}`)
  }
}

/** All resources of a type, as no one is kept from them. */
async function all(server: TestServer, type: string): Promise<Json[]> {
  const found: Json[] = []
  let next: string | undefined = `${type}?_count=1000`
  while (next !== undefined) {
    const { json }: { json: Json } = await server.get(next)
    found.push(...json.entry.map(({ resource }: Json) => resource))
    next = json.link.find((one: Json) => one.relation === 'next')?.url.slice(BASE.length + 1)
  }
  return found
}

const namesOf = (resources: Json[]) => resources.map(({ resourceType, id }) => `${resourceType}/${id}`).sort()

/** What someone finds of a type, or the error. */
async function found(server: TestServer, access: Access, query: string): Promise<string[] | string> {
  const ended = await askWith(access, server, 'GET', query)
  return ended.ended === 'ok' ? namesIn(ended) : ended.ended
}

t.test('real records, as an insurer and an auditor see them', { skip }, async (t) => {
  const server = await openServer(t)
  await load(server)
  const scopes = ['user/*.rs', 'user/AuditEvent.rs', 'system/*.rs']
  const claims = await all(server, 'Claim')
  const benefits = await all(server, 'ExplanationOfBenefit')
  const coverages = await all(server, 'Coverage')
  const insurers = [...new Set(claims.flatMap(({ insurer }) => insurer?.reference ?? []))]
  t.ok(insurers.length > 1, `${insurers}`)

  for (const insurer of insurers) {
    const access = await accessFor(identityWith(scopes, { role: 'insurer', organization: insurer.split('/')[1]! }))
    const own = (of: Json[]) => of.filter((one) => one.insurer?.reference === insurer)
    const covered = coverages.filter(({ payor }) => payor[0].reference === insurer)
    t.strictSame(await found(server, access, 'Claim?_count=1000'), namesOf(own(claims)), `${insurer} Claim`)
    t.strictSame(
      await found(server, access, 'ExplanationOfBenefit?_count=1000'),
      namesOf(own(benefits)),
      `${insurer} EOB`,
    )
    t.strictSame(await found(server, access, 'Coverage?_count=1000'), namesOf(covered), `${insurer} Coverage`)
    const members = new Set([
      ...own([...claims, ...benefits]).map(({ patient }) => patient.reference),
      ...covered.map(({ beneficiary }) => beneficiary.reference),
    ])
    t.strictSame(await found(server, access, 'Patient?_count=1000'), [...members].sort(), `${insurer} Patient`)
    const { json } = await askWith(access, server, 'GET', [...members][0]!)
    t.ok(json.name && json.birthDate)
    t.notOk('text' in json || 'extension' in json || 'communication' in json || 'maritalStatus' in json)
    const foreign = claims.find((one) => one.insurer && one.insurer.reference !== insurer)
    t.match(await askWith(access, server, 'GET', `Claim/${foreign.id}`), { ended: 'not-found' })
    for (const type of ['Condition', 'Observation', 'Encounter', 'Procedure', 'DiagnosticReport', 'AuditEvent']) {
      t.equal(await found(server, access, type), 'forbidden', `${insurer} ${type}`)
    }
    t.strictSame(
      await found(server, access, 'Claim?_count=1000&_include=Claim:encounter'),
      namesOf(own(claims)),
      'what is included is cut too',
    )
  }

  const auditor = await accessFor(identityWith(scopes, { role: 'auditor' }))
  for (const type of ['Patient', 'Claim', 'Condition', 'Observation', 'Encounter', 'Coverage', 'DocumentReference']) {
    t.equal(await found(server, auditor, type), 'forbidden', `auditor ${type}`)
  }
  const events = await found(server, auditor, 'AuditEvent')
  t.ok(Array.isArray(events) && events.length > 0 && events.every((name) => name.startsWith('AuditEvent/')))
  t.ok((await found(server, auditor, 'Practitioner')).length > 0)
  t.strictSame(
    await found(server, auditor, 'Organization?_has:Claim:insurer:use=claim'),
    [],
    'nor does a reverse chain tell of them',
  )
})
