import t from 'tap'
import { StoredPolicies } from '../../../auth/policy/stored.ts'
import { isPurposeOf } from '../../../auth/purposes.ts'
import { commitState } from '../../../auth/smart/kept-record.ts'
import { bearer, hospital } from '../../support/emergency.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const PURPOSE = 'x-purpose-of-use'
const REASONS = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'

/** Patients of whom one denies research, the other everything but treatment. */
async function patients(server: TestServer): Promise<void> {
  const admin = await bearer(server, { fhirUser: undefined, chartroom_role: undefined, scope: 'system/*.cruds' })
  const consent = (patient: string, provision: Json) => ({
    resourceType: 'Consent',
    id: `of-${patient}`,
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ text: 'privacy' }],
    patient: { reference: `Patient/${patient}` },
    policyRule: { text: 'privacy' },
    provision,
  })
  const coded = (code: string) => [{ system: REASONS, code }]
  const all: Json[] = [
    ...['research', 'treatment', 'open'].map((id) => ({ resourceType: 'Patient', id })),
    consent('research', { type: 'deny', purpose: coded('HRESCH') }),
    consent('treatment', { type: 'deny', provision: [{ type: 'permit', purpose: coded('TREAT') }] }),
  ]
  for (const one of all) {
    const { status, text } = await server.put(`${one.resourceType}/${one.id}`, one, admin)
    if (status !== 201) throw new Error(text)
  }
}

/** A role that may ask for several things. */
const SHARER = {
  name: 'sharer',
  version: '1',
  title: 'Sharer',
  description: 'Reads all, for several purposes.',
  rules: [{ types: ['*'], interactions: 'rs' }],
  labels: { see: 'all', write: [] },
  operations: [],
  breakTheGlass: false,
  purposes: ['TREAT', 'ETREAT', 'HRESCH', 'CLINTRCH', 'HPAYMT'],
}

async function sharer(server: TestServer) {
  const { store, searcher, baseUrl, parameters, zone } = server.services
  const state = await new StoredPolicies(store.state).replacing(SHARER, {
    context: { baseUrl, parameters, zone },
    searcher,
    lacks: () => false,
  })
  await commitState(store, ...state)
  return bearer(server, { chartroom_role: 'sharer' })
}

const ids = ({ json }: { json: Json }) => (json.entry ?? []).map(({ resource }: Json) => resource.id).sort()

t.test('what a request says to be for is what Consents are judged by', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await patients(server)
  const user = await sharer(server)
  const seen = async (purpose?: string) =>
    ids(await server.get('Patient', purpose === undefined ? user : { ...user, [PURPOSE]: purpose }))
  t.strictSame(await seen(), ['open'], 'what nothing is said of may be for any of the role')
  t.strictSame(await seen('TREAT'), ['open', 'research', 'treatment'])
  t.strictSame(await seen('ETREAT'), ['open', 'research', 'treatment'], 'emergency treatment is treatment')
  t.strictSame(await seen('HRESCH'), ['open'])
  t.strictSame(await seen('CLINTRCH'), ['open'], 'clinical trials are research')
  t.strictSame(await seen('HPAYMT'), ['open', 'research'])
  t.strictSame(await seen('TREAT,HRESCH'), ['open'], 'of several all are meant')
  t.strictSame(await seen(' HRESCH , TREAT,TREAT'), ['open'])
  t.strictSame(await seen('TREAT'), ['open', 'research', 'treatment'], 'rights are kept by purpose')
  t.strictSame(await seen(), ['open'])
  const read = await server.get('Patient/research', { ...user, [PURPOSE]: 'HRESCH' })
  t.equal(read.status, 404)
  const entry = [{ request: { method: 'GET', url: 'Patient/treatment' } }]
  const bundle = { resourceType: 'Bundle', type: 'batch', entry }
  const statusOf = ({ json }: { json: Json }) => json.entry[0].response.status
  t.equal(statusOf(await server.post('', bundle, { ...user, [PURPOSE]: 'TREAT' })), '200 OK')
  t.equal(statusOf(await server.post('', bundle, { ...user, [PURPOSE]: 'HPAYMT' })), '404 Not Found')
})

t.test(
  'a page link goes on for whoever it was made for, with the rights of the purpose that is said then',
  async (t) => {
    const server = await openServer(t, { AUTH: 'on' })
    await patients(server)
    const user = await sharer(server)
    const first = await server.get('Patient?_count=1&_sort=_id', { ...user, [PURPOSE]: 'TREAT' })
    const next: string = first.json.link.find(({ relation }: Json) => relation === 'next').url
    const path = next.slice(next.indexOf('Patient?'))
    t.strictSame(ids(await server.get(path, { ...user, [PURPOSE]: 'TREAT' })), ['research'])
    t.strictSame(ids(await server.get(path, { ...user, [PURPOSE]: 'HRESCH' })), [], 'each page is authorised anew')
  },
)

t.test('a role names the purposes of its policy and no others', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const asked = async (purpose: string) => await server.get('Patient/other', { ...doctor, [PURPOSE]: purpose })
  t.equal((await asked('TREAT')).status, 200)
  t.equal((await asked('COC,TREAT')).status, 200)
  for (const purpose of ['HRESCH', 'TREAT,HRESCH', 'HPAYMT']) {
    const refused = await asked(purpose)
    t.match(refused, { status: 403, json: { issue: [{ diagnostics: /physician does not name H/ }] } }, purpose)
    const absent = await server.get('Patient/nobody', { ...doctor, [PURPOSE]: purpose })
    t.equal(absent.text, refused.text, 'whatever is there')
  }
  t.equal((await server.get('Patient/other', doctor)).status, 200)
})

t.test('nobody vouches for what is said without a role', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await patients(server)
  for (const claims of [
    { chartroom_role: undefined },
    { chartroom_role: undefined, fhirUser: undefined, scope: 'system/*.rs' },
  ]) {
    const caller = await bearer(server, claims)
    for (const purpose of ['TREAT', 'HRESCH', 'HPAYMT']) {
      t.strictSame(ids(await server.get('Patient', { ...caller, [PURPOSE]: purpose })), ['open'], purpose)
    }
  }
})

t.test('what is no purpose of use is 400', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  const user = await bearer(server, { chartroom_role: undefined })
  for (const wrong of ['', ',', 'treat', 'TREAT,', 'NOPE', 'BAD TREAT', '__proto__', 'constructor', 'PurposeOfUse']) {
    t.equal((await server.get('Patient', { ...user, [PURPOSE]: wrong })).status, 400, wrong)
  }
  const many = 'TREAT,COC,ETREAT,HRESCH,HPAYMT,HOPERAT'
  t.equal((await server.get('Patient', { ...user, [PURPOSE]: many })).status, 400, 'too many')
  t.equal((await server.get('Patient', { ...user, [PURPOSE]: `${REASONS}|TREAT` })).status, 400)
  const open = await openServer(t)
  t.equal((await open.get('Patient', { [PURPOSE]: 'NOPE' })).status, 400, 'with AUTH off too')
  t.equal((await open.get('Patient', { [PURPOSE]: 'TREAT' })).status, 200)
})

t.test('a purpose is one of its wider ones, and not the other way round', async (t) => {
  t.ok(isPurposeOf('BTG', 'TREAT'))
  t.ok(isPurposeOf('TREAT', 'TREAT'))
  t.ok(isPurposeOf('X-OWN', 'X-OWN'), 'also one that no table has')
  t.notOk(isPurposeOf('TREAT', 'ETREAT'))
  t.notOk(isPurposeOf('toString', 'TREAT'))
})

t.test('pages of allowed origins may say what they ask for', async (t) => {
  const server = await openServer(t, { CHARTROOM_CORS_ORIGINS: 'https://app.example.org' })
  const { headers } = await server.ask('OPTIONS', 'Patient/1', undefined, {
    origin: 'https://app.example.org',
    'access-control-request-method': 'GET',
    'access-control-request-headers': `authorization,${PURPOSE},x-break-glass-reason`,
  })
  t.match(headers['access-control-allow-headers'], /x-purpose-of-use,\s*x-break-glass-reason/)
})
