import fc from 'fast-check'
import t from 'tap'
import type { Access } from '../../../auth/access.ts'
import { accessTo } from '../../support/rights.ts'
import { type Json, openServer, type Reply, type TestServer } from '../../support/server.ts'
import { condition, observation, patient } from '../../support/two-patients.ts'

/** Something that is asked of both servers. */
interface Asked {
  method: string
  path: string
  body?: object
  headers?: Record<string, string>
}

const ref = (reference: string) => ({ reference })
const gp = (id: string) => ({ generalPractitioner: [ref(`Practitioner/${id}`)] })

/** What the caller may see, in the order in which it is written, and what comes in between where there is more. */
const WRITTEN: [isSeen: boolean, resource: Json][] = [
  [false, { resourceType: 'Organization', id: 'h', name: 'Hidden' }],
  [true, { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Shared' }] }],
  [false, patient('b', { ...gp('gp'), name: [{ family: 'Berg' }], managingOrganization: ref('Organization/h') })],
  [true, patient('a', { ...gp('gp'), name: [{ family: 'Adler' }], managingOrganization: ref('Organization/h') })],
  [false, observation('o0', 'b', { focus: [ref('Patient/a')], performer: [ref('Practitioner/gp')] })],
  [true, observation('o1', 'a', { focus: [ref('Patient/b')], performer: [ref('Practitioner/gp')] })],
  [false, observation('o2', 'b', { hasMember: [ref('Observation/o1')], status: 'amended' })],
  [true, observation('o3', 'a', { status: 'amended', hasMember: [ref('Observation/o2')] })],
  [true, observation('o4', 'a', { valueQuantity: { value: 5, unit: 'g' } })],
  [false, condition('c0', 'b', '86406008')],
  [true, condition('c1', 'a', '38341003')],
  [false, condition('c2', 'a', '86406008')],
  [false, { resourceType: 'Group', id: 'g', type: 'person', actual: true, member: [{ entity: ref('Patient/a') }] }],
  [false, { resourceType: 'Practitioner', id: 'other', name: [{ family: 'Berg' }] }],
  [true, observation('o5', 'a', { note: [{ text: 'last' }] })],
  [false, observation('o6', 'b', { focus: [ref('Patient/a')] })],
]

const IDS: Record<string, string[]> = {
  Patient: ['a', 'b', 'zz'],
  Observation: ['o0', 'o1', 'o2', 'o3', 'o5', 'o6', 'went', 'gone', 'zz'],
  Condition: ['c0', 'c1', 'c2', 'zz'],
  Practitioner: ['gp', 'other', 'zz'],
  Organization: ['h', 'zz'],
  Group: ['g', 'zz'],
}

const CRITERIA: Record<string, string[]> = {
  Patient: [
    'family=Berg',
    'family=Adler',
    '_id=a,b',
    'organization.name=Hidden',
    'organization:missing=true',
    '_has:Observation:focus:status=final',
    '_has:Observation:focus:_id=o6',
    '_has:Condition:patient:code=86406008',
    '_has:Group:member:_id=g',
    '_revinclude=*',
    '_revinclude=Observation:focus',
    '_include=*',
    '_sort=family',
    'general-practitioner.family=Shared',
    '_filter=organization.name%20eq%20hidden',
  ],
  Observation: [
    'status=amended',
    'status:not=final',
    'focus=Patient/b',
    'focus:Patient.family=Berg',
    '_sort=status,-_id',
    '_include=Observation:focus',
    '_include:iterate=*',
    'has-member:Observation.status=amended',
    '_sort=-value-quantity',
    '_has:Observation:has-member:status=amended',
    '_revinclude=Observation:has-member',
    'subject:Patient.family=Berg',
  ],
  Condition: ['code=86406008', 'code=38341003', 'subject:Patient._has:Observation:focus:_id=o0', '_sort=code'],
  Practitioner: [
    'family=Berg',
    '_has:Patient:general-practitioner:family=Berg',
    '_revinclude=Patient:general-practitioner',
    '_has:Observation:performer:subject:Patient.family=Berg',
    '_has:Patient:general-practitioner:_has:Condition:patient:code=86406008',
  ],
  Organization: ['name=Hidden', '_has:Patient:organization:family=Adler'],
  Group: ['member=Patient/a'],
}

const SHAPES = ['', '', '_count=1', '_count=2', '_total=accurate', '_summary=count', '_count=0', '_elements=id']

const anyType = fc.constantFrom(...Object.keys(IDS))
const anyName = anyType.chain((type) => fc.constantFrom(...IDS[type]!).map((id) => ({ type, id })))
const anyQuery = (type: string) =>
  fc
    .tuple(fc.uniqueArray(fc.constantFrom(...CRITERIA[type]!), { maxLength: 3 }), fc.constantFrom(...SHAPES))
    .map(([criteria, shape]) => [...criteria, shape].filter((part) => part !== '').join('&'))

const anyRead: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 2, arbitrary: anyName.map(({ type, id }) => ({ method: 'GET', path: `${type}/${id}` })) },
  anyName.map(({ type, id }) => ({ method: 'GET', path: `${type}/${id}/_history` })),
  fc.tuple(anyName, fc.nat(3)).map(([{ type, id }, at]) => ({ method: 'GET', path: `${type}/${id}/_history/${at}` })),
  fc.tuple(anyType, fc.constantFrom('', '?_count=1', '?_count=0')).map(([type, query]) => ({
    method: 'GET',
    path: `${type}/_history${query}`,
  })),
  fc
    .constantFrom('_history', '_history?_count=2', '?_type=Patient,Observation&_count=2', 'Patient/a/$everything')
    .map((path) => ({ method: 'GET', path })),
  fc
    .constantFrom('Patient/b/$everything', 'Patient/a/*', 'Patient/b/*', 'Patient/b/Observation?_summary=count')
    .map((path) => ({ method: 'GET', path })),
  {
    weight: 8,
    arbitrary: anyType.chain((type) => anyQuery(type).map((query) => ({ method: 'GET', path: `${type}?${query}` }))),
  },
)

const anyContent = fc
  .tuple(
    fc.constantFrom('o1', 'o2', 'o3', 'o6', 'went', 'gone', 'zz'),
    fc.constantFrom('a', 'b'),
    fc.constantFrom('final', 'amended'),
  )
  .map(([id, of, status]) => observation(id, of, { status }))

const TEST = [{ op: 'test', path: '/status', value: 'amended' }]
const anyCondition = fc.constantFrom({}, { 'if-match': 'W/"1"' }, { 'if-none-match': '*' })
const anyCriterion = fc.constantFrom(
  ...CRITERIA.Observation!.filter((one) => !one.startsWith('_') || one.startsWith('_has')),
)

const anyWrite: fc.Arbitrary<Asked> = fc.oneof(
  fc.tuple(anyContent, anyCondition).map(([body, headers]) => ({
    method: 'PUT',
    path: `Observation/${body.id}`,
    body,
    headers,
  })),
  fc.tuple(anyContent, anyCriterion).map(([{ id: _, ...body }, query]) => ({
    method: 'PUT',
    path: `Observation?${query}`,
    body,
  })),
  fc.tuple(anyContent, anyCriterion).map(([body, query]) => ({
    method: 'POST',
    path: 'Observation',
    body,
    headers: { 'if-none-exist': query },
  })),
  fc.tuple(anyContent, anyCondition).map(([{ id }, headers]) => ({
    method: 'PATCH',
    path: `Observation/${id}`,
    body: TEST,
    headers: { ...headers, 'content-type': 'application/json-patch+json' },
  })),
  fc
    .constantFrom('o0', 'o2', 'o6', 'went', 'gone', 'zz')
    .map((id) => ({ method: 'DELETE', path: `Observation/${id}` })),
  anyCriterion.map((query) => ({ method: 'DELETE', path: `Observation?${query}&_id=o0,o2,o6,zz` })),
  fc.tuple(anyContent, fc.constantFrom('family=Berg', 'organization.name=Hidden', '_id=a')).map(([content, query]) => ({
    method: 'POST',
    path: '',
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { request: { method: 'GET', url: `Patient?${query}` } },
        { resource: { ...content, focus: [ref(`Patient?${query}`)] }, request: { method: 'POST', url: 'Observation' } },
      ],
    },
  })),
)

/** What a reply tells, but for moments, ids that the server gives, and sealed places. */
function told({ status, headers, text }: Reply): unknown {
  const { etag, location, 'content-type': type } = headers
  const plain = (words: string | undefined) =>
    words
      ?.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'T')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'U')
      .replace(/_cursor=[\w-]+/g, '_cursor')
  return { status, etag, type, location: plain(location), text: plain(text) }
}

async function bothTold(servers: readonly TestServer[], { method, path, body, headers }: Asked): Promise<unknown[][]> {
  let paths: (string | undefined)[] = servers.map(() => path)
  const pages: unknown[][] = []
  for (let page = 0; page < 4 && paths.every((one) => one !== undefined); page++) {
    const replies = await Promise.all(servers.map((server, at) => server.ask(method, paths[at]!, body, headers)))
    pages.push(replies.map(told))
    paths = replies.map(({ json }) =>
      json?.link?.find(({ relation }: Json) => relation === 'next')?.url.replace(/^.*\/fhir\/?/, ''),
    )
  }
  return pages
}

t.test('what may not be seen changes no answer', async (t) => {
  const rights = {
    Patient: '_id=a',
    Observation: 'patient=Patient/a',
    Condition: 'subject:Patient._id=a&code:not=86406008',
    Practitioner: '_has:Patient:general-practitioner:_id=a',
  }
  const access: Access = accessTo(rights)
  const [less, more] = [await openServer(t), await openServer(t)]
  for (const [isSeen, resource] of WRITTEN) {
    for (const open of isSeen ? [less, more] : [more]) {
      await open.put(`${resource.resourceType}/${resource.id}`, resource)
      if (!isSeen) await open.put(`${resource.resourceType}/${resource.id}`, { ...resource, language: 'en' })
    }
  }
  await more.delete('Practitioner/other')
  for (const id of ['went', 'gone']) {
    await more.put(`Observation/${id}`, observation(id, 'a'))
    await more.put(`Observation/${id}`, observation(id, 'b', { focus: [ref('Patient/a')] }))
  }
  await more.delete('Observation/gone')
  const servers = [less.as(access), more.as(access)]
  const seed = Number(process.env.SEED ?? Date.now() % 100_000)
  const asked = fc.sample(fc.oneof({ weight: 4, arbitrary: anyRead }, anyWrite), { seed, numRuns: 500 })
  const statuses = new Set<unknown>()
  for (const one of asked) {
    for (const [without, withMore] of await bothTold(servers, one)) {
      statuses.add((without as Reply).status)
      if (!t.strictSame(withMore, without, `seed ${seed}: ${one.method} ${one.path}`)) return
    }
  }
  for (const status of [200, 201, 403, 404]) t.ok(statuses.has(status), `some are ${status}`)
})
