import t, { type Test } from 'tap'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { accessFor } from '../../support/access.ts'
import { aboutOf, deedsSince, shownIn } from '../../support/recorded.ts'
import { type Json, openServer, type Reply, type TestServer } from '../../support/server.ts'
import { observation, patient, writeTwoPatients } from '../../support/two-patients.ts'

/** Every way in which something is shown: what is asked, and the code of its record. */
const WAYS: readonly [path: string, code: string][] = [
  ['Patient/a', 'read'],
  ['Observation/oa', 'read'],
  ['Observation/oa?_elements=status', 'read'],
  ['Practitioner/gp', 'read'],
  ['Observation/moved/_history/1', 'vread'],
  ['Observation/moved/_history', 'history-instance'],
  ['Observation/gone/_history', 'history-instance'],
  ['Observation/_history', 'history-type'],
  ['Observation/_history?_count=2', 'history-type'],
  ['_history', 'history-system'],
  ['Observation', 'search-type'],
  ['Observation?_count=1', 'search-type'],
  ['Observation?_sort=-date', 'search-type'],
  ['Observation?_summary=true', 'search-type'],
  ['Observation?_elements=status,subject', 'search-type'],
  ['Observation?_id=none', 'search-type'],
  ['Practitioner', 'search-type'],
  ['Observation?_id=oa&_include=Observation:subject&_include=Observation:performer', 'search-type'],
  ['Practitioner?_revinclude=Observation:performer', 'search-type'],
  ['Observation?patient.name=berg', 'search-type'],
  ['Patient?_has:Observation:patient:status=final', 'search-type'],
  ['Medication?_contained=true', 'search-type'],
  ['MedicationRequest?_contained=true&_containedType=contained', 'search-type'],
  ['Medication?_contained=true&_containedType=container', 'search-type'],
  ['?_type=Patient,Condition', 'search-system'],
  ['Patient/b/Observation', 'search-type'],
  ['Patient/b/*', 'search-system'],
  ['Patient/a/$everything', 'everything'],
  ['Patient/a/$everything?_count=1', 'everything'],
]

async function fill(server: TestServer): Promise<void> {
  await writeTwoPatients(server)
  await server.put('Observation/moved', observation('moved', 'a'))
  await server.put('Observation/moved', observation('moved', 'b'))
  await server.put('Observation/gone', observation('gone', 'b'))
  await server.delete('Observation/gone')
  await server.put('MedicationRequest/m', {
    resourceType: 'MedicationRequest',
    id: 'm',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/a' },
    medicationReference: { reference: '#in' },
    contained: [{ resourceType: 'Medication', id: 'in', code: { text: 'x' } }],
  })
}

/** Compares what an answer shows with what is on record of it. */
function compare(t: Test, path: string, reply: Reply, deed: RecordedDeed): void {
  const shown = shownIn(reply)
  const isListing = deed.count !== undefined
  if (isListing) {
    const own = shown.filter(({ resourceType }) => resourceType !== 'Medication')
    const about = own.flatMap(aboutOf)
    const inside = shown.length > own.length ? ['a'] : []
    t.equal(deed.count, shown.length, `${path}: as many as are shown`)
    t.strictSame([...(deed.patients ?? [])].sort(), [...new Set([...about, ...inside])].sort(), `${path}: and of whom`)
    return
  }
  const parts = (deed.parts ?? []).filter(({ version }) => version !== undefined)
  const named = (json: Json) => `${json.resourceType}/${json.id}/${json.meta.versionId}`
  const deleted = reply.json.type === 'history' ? deletions(reply.json) : []
  const wanted = [...shown.map(named), ...deleted]
  t.strictSame(parts.map(({ type, id, version }) => `${type}/${id}/${version}`).sort(), wanted.sort(), path)
  for (const json of shown) {
    const part = parts.find(({ type, id, version }) => `${type}/${id}/${version}` === named(json))
    if (!path.includes('_elements')) t.strictSame(part?.patients, aboutOf(json), `${path}: of whom ${json.id} is`)
  }
}

const deletions = ({ entry = [] }: Json): string[] =>
  entry
    .filter(({ request }: Json) => request.method === 'DELETE')
    .map(({ request, response }: Json) => `${request.url}/${/\d+/.exec(response.etag)?.[0]}`)

t.test('what an answer shows is on record before it leaves, in whichever way it is asked for', async (t) => {
  const server = await openServer(t)
  await fill(server)
  const narrowed = server.as({ ...(await accessFor(['system/*.cruds'])), hidden: { Observation: ['note'] } })
  const since = deedsSince(server)
  await since()
  for (const [as, asked] of [
    ['all', server],
    ['from whom something is withheld', narrowed],
  ] as const) {
    for (const [path, code] of WAYS) {
      if (as !== 'all' && path.includes('_contained')) continue
      const reply = await asked.get(path)
      t.equal(reply.status, 200, `${path} ${reply.text.slice(0, 300)}`)
      const deeds = await since()
      t.equal(deeds.length, 1, `${path}: one record`)
      t.match(deeds[0], { code, outcome: '0', request: reply.headers['x-request-id'], from: '127.0.0.1' }, path)
      compare(t, `${as}: ${path}`, reply, deeds[0]!)
    }
  }
})

t.test('a deletion in a history is about the patients of the content before', async (t) => {
  const server = await openServer(t)
  await fill(server)
  const since = deedsSince(server)
  await since()
  for (const path of ['Observation/gone/_history', 'Observation/gone/_history?_count=1']) {
    await server.get(path)
    const [deed] = await since()
    t.match(deed?.parts?.[0], { id: 'gone', version: 2, patients: ['b'] }, path)
  }
})

t.test('HEAD, 304 and counts are on record as well', async (t) => {
  const server = await openServer(t)
  await fill(server)
  const since = deedsSince(server)
  await since()
  t.equal((await server.ask('HEAD', 'Patient/a')).status, 200)
  t.match(await since(), [{ code: 'read', parts: [{ type: 'Patient', id: 'a', version: 1, patients: ['a'] }] }])
  t.equal((await server.get('Patient/a', { 'if-none-match': 'W/"1"' })).status, 304)
  t.match(await since(), [{ code: 'read', outcome: '0', parts: [{ id: 'a', version: 1, patients: ['a'] }] }])
  await server.get('Observation?_summary=count&patient=a')
  const [counted] = await since()
  t.match(counted, { code: 'search-type', query: 'Observation?_summary=count&patient=a', count: 0 })
  t.strictSame(counted?.patients, ['a'], 'of whom the number tells')
  t.equal((await server.get('metadata')).status, 200)
  t.strictSame(await since(), [], 'not at once')
  await server.services.folded.flush()
  t.match(await since(), [{ code: 'capabilities', action: 'R', agent: { system: 'AUTH=off' }, times: 1 }])
})

t.test('a page of many resources of many patients is one deed, and names each of them once', async (t) => {
  const server = await openServer(t)
  const entry = Array.from({ length: 600 }, (_, at) => ({
    resource: observation(`o${at}`, `p${at % 200}`),
    request: { method: 'PUT', url: `Observation/o${at}` },
  }))
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  const since = deedsSince(server)
  await since()
  const reply = await server.get('Observation?_count=1000')
  t.equal(shownIn(reply).length, 600)
  const deeds = await since()
  t.equal(deeds.length, 1)
  t.equal(deeds[0]?.count, 600)
  t.equal(new Set(deeds[0]?.patients).size, 200)
  t.equal(deeds[0]?.patients?.length, 200)
})

t.test('who asks is told: user, client, role, organization, purposes and the policy that decided', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p1', patient('p1'))
  const access = await accessFor({
    issuer: 'https://issuer.example.org',
    subject: 'ann',
    client: 'chart',
    scopes: ['user/*.rs'],
    fhirUser: { type: 'Practitioner', id: 'ann' },
    role: 'physician',
    organization: 'ward',
    expires: Number.MAX_SAFE_INTEGER,
  })
  const since = deedsSince(server)
  await since()
  t.equal((await server.as(access).get('Patient/p1', { 'x-request-id': 'mine-1' })).status, 200)
  const [deed] = await since()
  t.match(deed, {
    agent: {
      user: 'Practitioner/ann',
      subject: 'ann',
      issuer: 'https://issuer.example.org',
      client: 'chart',
      role: 'physician',
      organization: 'ward',
    },
    request: 'mine-1',
    decidedBy: [/^policy\/physician\|\S+$/],
  })
})
