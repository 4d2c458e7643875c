import t from 'tap'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const ids = async (server: TestServer, path: string) => {
  const { status, json } = await server.get(path)
  return status === 200
    ? (json.entry ?? []).filter((e: Json) => e.search.mode === 'match').map((e: Json) => e.resource.id)
    : status
}

async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  const entry = [
    {
      resourceType: 'Patient',
      id: 'a',
      gender: 'male',
      active: true,
      name: [{ family: 'Müller', given: ['Jörg', 'Änne'] }],
      identifier: [{ system: 'http://mrn', value: '1' }],
      telecom: [{ system: 'phone', value: '555' }],
      managingOrganization: { reference: 'Organization/o' },
    },
    {
      resourceType: 'Patient',
      id: 'b',
      gender: 'female',
      name: [{ family: 'MULLER-Schmidt' }],
      identifier: [{ system: 'http://other', value: '1' }, { value: '2,3|4' }],
      generalPractitioner: [{ reference: `${BASE}/Practitioner/x` }],
      deceasedBoolean: true,
    },
    {
      resourceType: 'Patient',
      id: 'c',
      name: [{ family: "O'Neil %_" }],
      meta: { profile: ['http://p/1'], tag: [{ system: 'http://t', code: 'v' }], source: 'urn:s' },
    },
    {
      resourceType: 'Observation',
      id: 'o1',
      status: 'final',
      code: {
        coding: [
          { system: 'http://loinc.org', code: '1-1' },
          { system: 'http://local', code: 'x' },
        ],
      },
      subject: { reference: 'Patient/a' },
    },
    {
      resourceType: 'Observation',
      id: 'o2',
      status: 'amended',
      code: { coding: [{ code: '1-1' }] },
      subject: { reference: 'Group/a' },
    },
    {
      resourceType: 'Observation',
      id: 'o3',
      status: 'final',
      code: { text: 'z' },
      subject: { reference: 'http://elsewhere.org/Patient/a' },
    },
    { resourceType: 'ValueSet', id: 'v', status: 'active', url: 'http://example.org/vs' },
  ].map((resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }))
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  return server
}

t.test('each rule of token, string, reference and uri (search.html)', async (t) => {
  const server = await filled(t)
  const rules: [string, unknown, string][] = [
    ['Patient?gender=male', ['a'], 'code'],
    [
      'Patient?gender=http://hl7.org/fhir/administrative-gender|male',
      ['a'],
      'a bare code has the system of its binding',
    ],
    ['Patient?gender=|male', [], 'and so is not one without a system'],
    ['Patient?gender=male,female', ['a', 'b'], 'a comma is or'],
    ['Patient?gender:not=male', ['b', 'c'], ':not, also of those without'],
    ['Patient?gender:missing=true', ['c'], ':missing=true'],
    ['Patient?gender:missing=false', ['a', 'b'], ':missing=false'],
    ['Patient?active=true', ['a'], 'boolean'],
    ['Patient?deceased=true', ['b'], 'deceased'],
    ['Patient?deceased=false', ['a', 'c'], 'not deceased'],
    ['Patient?identifier=1', ['a', 'b'], 'any system'],
    ['Patient?identifier=http://mrn|1', ['a'], 'system|code'],
    ['Patient?identifier=http://mrn|', ['a'], 'system|'],
    ['Patient?identifier=|1', [], '|code'],
    ['Patient?identifier=|2\\,3\\|4', ['b'], 'escapes'],
    ['Patient?identifier=1&gender=male', ['a'], 'parameters are and'],
    ['Patient?identifier=1&identifier=2\\,3\\|4', ['b'], 'repeats are and'],
    ['Patient?phone=555', ['a'], 'contact point'],
    ['Patient?_tag=http://t|v', ['c'], '_tag'],
    ['Patient?_profile=http://p/1', ['c'], '_profile'],
    ['Patient?_source=urn:s', ['c'], '_source'],
    ['Patient?family=mull', ['a', 'b'], 'starts with, case and accents folded'],
    ['Patient?family=MÜLLER', ['a', 'b'], 'folded on both sides'],
    ['Patient?family:exact=Müller', ['a'], ':exact'],
    ['Patient?family:exact=müller', [], ':exact minds the case'],
    ['Patient?family:contains=SCHM', ['b'], ':contains'],
    ['Patient?name=aenne,anne', ['a'], 'name looks in all parts'],
    ["Patient?name=o'neil %25_", ['c'], 'signs of patterns are plain signs'],
    ['Patient?name=%25', [], 'no wildcard'],
    ['Patient?family=.*', [], 'no regex'],
    ['Observation?code=1-1', ['o1', 'o2'], 'code of any system'],
    ['Observation?code=http://loinc.org|1-1', ['o1'], 'a coding of several'],
    ['Observation?code=http://local|x', ['o1'], 'the other coding'],
    ['Observation?code=|1-1', ['o2'], 'a coding without system'],
    ['Observation?code=http://loinc.org|x', [], 'system and code of one coding'],
    ['Observation?subject=Patient/a', ['o1'], 'Type/id'],
    ['Observation?subject=a', ['o1', 'o2'], 'a bare id, any target type'],
    ['Observation?subject:Patient=a', ['o1'], ':[type]'],
    ['Observation?subject:Group=Patient/a', [], ':[type] against another type'],
    ['Observation?patient=a', ['o1'], 'patient: only if it is one'],
    [`Observation?subject=${BASE}/Patient/a`, ['o1'], 'the absolute URL of this server'],
    ['Observation?subject=http://elsewhere.org/Patient/a', ['o3'], 'an absolute URL of another'],
    ['Patient?general-practitioner=x', ['b'], 'an absolute reference to this server is one'],
    ['Patient?general-practitioner=Practitioner/x/_history/3', ['b'], 'a version is of no weight'],
    ['ValueSet?url=http://example.org/vs', ['v'], 'uri'],
    ['ValueSet?url=http://example.org/VS', [], 'uri minds the case'],
    ['Patient?_id=a,c,zz', ['a', 'c'], '_id'],
    ['Patient?_id=%27%20OR%201=1', [], '_id takes ids'],
    ['Patient?_lastUpdated=gt2001-01-01', ['a', 'b', 'c'], '_lastUpdated'],
    ['Patient?_lastUpdated=lt2001-01-01', [], '_lastUpdated'],
    ['Patient?gender=', ['a', 'b', 'c'], 'an empty criterion is none'],
    ['Patient?gender=,', 400, 'commas with nothing between them'],
    ['Patient', ['a', 'b', 'c'], 'all'],
    ['Device', [], 'a type of which there is nothing'],
    ['Patient?gender:exact=male', 400, 'a modifier that the type lacks'],
    ['Patient?family:foo=x', 400, 'an unknown modifier'],
    ['Patient?gender:missing=maybe', 400, 'a bad value'],
    ['Patient?_id:not=a', 400, 'a modifier on _id'],
    ['Patient?_lastUpdated=yesterday', 400, 'a bad date'],
    ['Patient?_lastUpdated=2001-02-30', 400, 'a date that the calendar lacks'],
    ['Patient?general-practitioner=a b', 400, 'a bad reference'],
    ['Patient?identifier=|', 400, 'a bar alone'],
    ['Patient?_count=-1', 400, 'a bad count'],
    ['Patient?_count=x', 400, 'a bad count'],
    ['Patient?_total=some', 400, 'a bad total'],
    ['Patient?_summary=some', 400, 'a bad summary'],
    ['Patient?_cursor=abc', 400, 'a forged link'],
    ['Patient?name=%E0%A4%A', 400, 'broken percent-encoding'],
    [`Patient?gender=${'x,'.repeat(600)}`, 400, 'too many values'],
    [`Patient?${'gender=male&'.repeat(300)}`, 400, 'too many parameters'],
  ]
  for (const [path, wanted, rule] of rules) {
    const found = await ids(server, path)
    t.strictSame(Array.isArray(found) ? found.sort() : found, wanted, `${rule}: ${path.slice(0, 80)}`)
  }
})

t.test('unknown parameters are ignored, said, and left out of self; strict makes them 400', async (t) => {
  const server = await filled(t)
  for (const name of ['shoe', '__proto__', 'constructor', 'family[$ne]', 'gender.x', 'hasOwnProperty:missing']) {
    const { status, json } = await server.get(`Patient?${encodeURIComponent(name)}=true&gender=male`)
    t.equal(status, 200, name)
    t.equal(json.link[0].url, `${BASE}/Patient?gender=male`)
    t.match(json.entry[1], {
      search: { mode: 'outcome' },
      resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'warning' }] },
    })
    t.equal((await server.get(`Patient?${encodeURIComponent(name)}=true`, { prefer: 'handling=strict' })).status, 400)
  }
})

t.test('the Bundle', async (t) => {
  const server = await filled(t)
  const { json } = await server.get('Patient?gender=male')
  t.match(json, {
    type: 'searchset',
    total: 1,
    link: [{ relation: 'self', url: `${BASE}/Patient?gender=male` }],
    entry: [
      { fullUrl: `${BASE}/Patient/a`, search: { mode: 'match' }, resource: { id: 'a', meta: { versionId: '1' } } },
    ],
  })
  t.notOk('entry' in (await server.get('Patient?gender=other')).json, 'no empty list')
  t.match((await server.get('Patient?_summary=count')).json, { total: 3, entry: undefined })
  t.match((await server.get('Patient?_count=0')).json, { total: 3, entry: undefined })
  t.match((await server.get('Patient?_count=2')).json, { total: undefined })
  t.match((await server.get('Patient?_count=2&_total=accurate')).json, { total: 3 })
  t.match((await server.get('Patient?_count=5000')).json.link[0].url, /_count=1000/)
  t.match((await server.get('Patient?_elements=name&_id=a')).json.entry[0].resource, {
    name: [{}],
    gender: undefined,
    meta: { tag: [{ code: 'SUBSETTED' }] },
  })
})

t.test('POST _search: parameters in the body and in the URL', async (t) => {
  const server = await filled(t)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const { json, status } = await server.post('Patient/_search?identifier=1', 'gender=male', form)
  t.equal(status, 200)
  t.match(json, { total: 1, link: [{ url: `${BASE}/Patient?identifier=1&gender=male` }] })
  t.equal((await server.post('Patient/_search', '{}', { 'content-type': 'application/json' })).status, 415)
  t.equal((await server.post('Patient/_search', undefined)).status, 200)
})

t.test('paging neither loses nor repeats a resource while others come and go', async (t) => {
  const server = await openServer(t)
  const put = (id: string) => server.put(`Patient/${id}`, { resourceType: 'Patient', id, gender: 'male' })
  for (let at = 0; at < 10; at++) await put(`p${at}`)
  for (const query of ['Patient?_count=3', 'Patient?gender=male&_count=3', 'Patient?gender=male,female&_count=3']) {
    const seen: string[] = []
    let path: string | undefined = query
    for (let page = 0; path && page < 9; page++) {
      const { json }: Json = await server.get(path)
      seen.push(...json.entry.map((e: Json) => e.resource.id))
      path = json.link.find((link: Json) => link.relation === 'next')?.url.slice(BASE.length + 1)
      if (page === 0) {
        await server.delete('Patient/p9')
        await put('p1')
        await put('p5')
      }
    }
    t.strictSame([...new Set(seen)].filter((id) => /^p[0-8]$/.test(id)).sort(), [
      'p0',
      'p1',
      'p2',
      'p3',
      'p4',
      'p5',
      'p6',
      'p7',
      'p8',
    ])
    t.equal(seen.length, new Set(seen).size)
    await put('p9')
  }
})

t.test('a link belongs to its search', async (t) => {
  const server = await openServer(t)
  for (let at = 0; at < 5; at++) await server.post('Patient', { resourceType: 'Patient', gender: 'male' })
  const { json } = await server.get('Patient?gender=male&_count=2')
  const next: string = json.link.find((link: Json) => link.relation === 'next').url.slice(BASE.length + 1)
  t.equal((await server.get(next)).status, 200)
  t.equal((await server.get(next.replace('gender=male', 'gender=female'))).status, 400)
  t.equal((await server.get(next.replace('Patient?', 'Person?'))).status, 400)
  const flipped = next.slice(0, -2) + (next.at(-2) === 'A' ? 'B' : 'A') + next.at(-1)
  t.equal((await server.get(flipped)).status, 400)
  t.notMatch(next, /_cursor=\d+$/, 'and tells nothing of the store')
})
