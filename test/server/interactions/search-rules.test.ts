import t from 'tap'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const U = 'http://unitsofmeasure.org'
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-0203'
const coded = (code: string, display?: string) => ({ coding: [{ system: 'http://l', code, display }] })
const to = (reference: string) => ({ reference })
const grams = (value: number, code = 'g') => ({ value, unit: code, system: U, code })

const observation = (id: string, more: Json) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: coded('c'),
  ...more,
})

/** A world small enough to tell by eye what each rule of R4's search page finds in it. */
const RESOURCES: Json[] = [
  { resourceType: 'Organization', id: 'top', name: 'Top' },
  { resourceType: 'Organization', id: 'mid', name: 'Mid', partOf: to('Organization/top') },
  { resourceType: 'Organization', id: 'low', name: 'Low', partOf: to('Organization/mid') },
  { resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Welby' }] },
  {
    resourceType: 'Patient',
    id: 'p1',
    birthDate: '1980-02-29',
    gender: 'female',
    name: [{ family: 'Schäfer', given: ['Eva', 'Ada'] }],
    identifier: [{ system: 'http://mrn', value: '12', type: { coding: [{ system: V2, code: 'MR' }] } }],
    generalPractitioner: [to('Practitioner/doc')],
    managingOrganization: to('Organization/low'),
  },
  {
    resourceType: 'Patient',
    id: 'p2',
    birthDate: '1980',
    name: [{ family: 'Schaffner' }],
    identifier: [{ system: 'http://other', value: '12' }],
    managingOrganization: to('Organization/top'),
  },
  { resourceType: 'Patient', id: 'p3', gender: 'male' },
  { resourceType: 'Group', id: 'p1', type: 'person', actual: true },
  observation('day', { effectiveDateTime: '2020-03-01', subject: to('Patient/p1'), valueQuantity: grams(5.4) }),
  observation('minute', { effectiveDateTime: '2020-03-01T00:00:00Z', subject: to('Patient/p2') }),
  observation('span', {
    effectivePeriod: { start: '2020-02-01', end: '2020-03-01T12:00:00Z' },
    subject: to('Group/p1'),
    valueQuantity: grams(5400, 'mg'),
  }),
  observation('since', {
    effectivePeriod: { start: '2020-03-02' },
    subject: to('Patient/p1'),
    code: { text: 'Body mass' },
    valueQuantity: { value: 5.44, unit: 'g' },
  }),
  observation('none', {
    status: 'amended',
    code: coded('w', 'Weight of body'),
    valueQuantity: grams(5.46),
  }),
  observation('pressure', {
    code: coded('bp'),
    effectiveDateTime: '2019',
    component: [
      { code: coded('sys'), valueQuantity: grams(120) },
      { code: coded('dia'), valueQuantity: grams(80) },
    ],
  }),
  { resourceType: 'List', id: 'l', status: 'current', mode: 'working', entry: [{ item: to('Patient/p2') }] },
  { resourceType: 'ValueSet', id: 'v', status: 'draft', url: 'http://vs/a/b' },
  { resourceType: 'ValueSet', id: 'w', status: 'draft', url: 'http://vs/ab' },
]

/** A rule with its section of https://hl7.org/fhir/R4/search.html, a search, and what it finds; sorted ones in order. */
const ROWS: [rule: string, search: string, found: string][] = [
  ['3.1.1.4.5 missing', 'Patient?gender:missing=true', 'p2'],
  ['3.1.1.4.5 missing', 'Patient?gender:missing=false', 'p1 p3'],
  ['3.1.1.4.5 not: also what has no value', 'Patient?gender:not=male', 'p1 p2'],
  ['3.1.1.4.5 not, of several values: none of them', 'Patient?gender:not=male,female', 'p2'],
  ['3.1.1.4.5 text of the code', 'Observation?code:text=body', 'since'],
  ['3.1.1.4.5 text of the display', 'Observation?code:text=WEIGHT', 'none'],
  ['3.1.1.4.6 eq: the value contains all of it', 'Observation?date=2020-03-01', 'day minute'],
  ['3.1.1.4.6 eq, of a year', 'Observation?date=2020', 'day minute span'],
  ['3.1.1.4.6 eq, of a second', 'Observation?date=2020-03-01T00:00:00Z', 'minute'],
  ['3.1.1.4.6 ne', 'Observation?date=ne2020-03-01', 'span since pressure'],
  ['3.1.1.4.6 gt: the range above meets it', 'Observation?date=gt2020-03-01', 'since'],
  ['3.1.1.4.6 ge', 'Observation?date=ge2020-03-01', 'day minute since'],
  ['3.1.1.4.6 ge, within the day', 'Observation?date=ge2020-03-01T06:00:00Z', 'day since span'],
  ['3.1.1.4.6 lt', 'Observation?date=lt2020-03-01', 'pressure span'],
  ['3.1.1.4.6 le', 'Observation?date=le2020-03-01', 'day minute pressure span'],
  ['3.1.1.4.6 sa: the range does not overlap', 'Observation?date=sa2020-03-01', 'since'],
  ['3.1.1.4.6 sa', 'Observation?date=sa2020-02-29', 'day minute since'],
  ['3.1.1.4.6 eb', 'Observation?date=eb2020-03-01', 'pressure'],
  ['3.1.1.4.7 date: both bounds', 'Observation?date=ge2020-03-01&date=lt2020-03-02', 'day minute'],
  ['3.1.1.4.7 date: precision of the resource', 'Patient?birthdate=1980-02-29', 'p1'],
  ['3.1.1.4.7 date: an offset is heeded', 'Observation?date=2020-02-29T19:00:00-05:00', 'minute'],
  ['3.1.1.4.8 string: starts, no case or accents', 'Patient?family=SCHAF', 'p1 p2'],
  ['3.1.1.4.8 string: exact', 'Patient?family:exact=Sch%C3%A4fer', 'p1'],
  ['3.1.1.4.8 string: exact heeds case', 'Patient?family:exact=sch%C3%A4fer', ''],
  ['3.1.1.4.8 string: contains', 'Patient?given:contains=D', 'p1'],
  ['3.1.1.4.9 uri: whole', 'ValueSet?url=http://vs/a', ''],
  ['3.1.1.4.9 uri: below', 'ValueSet?url:below=http://vs/a', 'v'],
  ['3.1.1.4.9 uri: above', 'ValueSet?url:above=http://vs/a/b/c', 'v'],
  ['3.1.1.4.10 token: code of any system', 'Patient?identifier=12', 'p1 p2'],
  ['3.1.1.4.10 token: system and code', 'Patient?identifier=http://mrn|12', 'p1'],
  ['3.1.1.4.10 token: no system', 'Patient?identifier=|12', ''],
  ['3.1.1.4.10 token: any code of a system', 'Patient?identifier=http://other|', 'p2'],
  ['3.1.1.4.10 token: of-type', `Patient?identifier:of-type=${V2}|MR|12`, 'p1'],
  ['3.1.1.4.10 token: of-type', `Patient?identifier:of-type=${V2}|MR|13`, ''],
  ['3.1.1.4.11 quantity: any unit, by precision', 'Observation?value-quantity=5.4', 'day since'],
  ['3.1.1.4.11 quantity: unit or code', 'Observation?value-quantity=5.4||g', 'day since'],
  ['3.1.1.4.11 quantity: system and code, canonical', `Observation?value-quantity=5.4|${U}|g`, 'day span'],
  ['3.1.1.4.11 quantity: gt', `Observation?value-quantity=gt5.4|${U}|g`, 'none'],
  ['3.1.1.4.11 quantity: ap', `Observation?value-quantity=ap5|${U}|g`, 'day none span'],
  ['3.1.1.4.12 reference: id alone, of any type', 'Observation?subject=p1', 'day since span'],
  ['3.1.1.4.12 reference: type and id', 'Observation?subject=Patient/p1', 'day since'],
  ['3.1.1.4.12 reference: type as a modifier', 'Observation?subject:Group=p1', 'span'],
  ['3.1.1.4.12 patient is a subject that is one', 'Observation?patient=p1', 'day since'],
  ['3.1.1.4.13 chain', 'Patient?general-practitioner.name=welby', 'p1'],
  ['3.1.1.4.13 chain with a type', 'Observation?subject:Patient.family=sch%C3%A4fer', 'day since'],
  ['3.1.1.4.13 chain of three', 'Observation?subject:Patient.organization.partof.name=mid', 'day since'],
  ['3.1.1.4.13 chain to several types', 'Observation?subject:Group.actual=true', 'span'],
  ['3.1.1.4.14 reverse chain', 'Patient?_has:Observation:patient:code=c', 'p1 p2'],
  [
    '3.1.1.4.14 reverse chain of two',
    'Organization?_has:Patient:organization:_has:Observation:patient:date=ge2020-03-02',
    'low',
  ],
  ['3.1.1.4.14 in a chain', 'Observation?patient._has:List:item:status=current', 'minute'],
  ['3.1.1.4.15 composite: within an element', 'Observation?component-code-value-quantity=sys$120', 'pressure'],
  ['3.1.1.4.15 composite: not across elements', 'Observation?component-code-value-quantity=sys$80', ''],
  ['3.1.1.4.15 composite: several', 'Observation?component-code-value-quantity=sys$80,dia$lt90', 'pressure'],
  ['3.1.1.3 several values: any', 'Observation?status=amended,final&code=w,bp', 'none pressure'],
  ['3.1.1.3 repeated: all', 'Patient?given=eva&given=ada', 'p1'],
  ['3.1.1.4.1 _id', 'Patient?_id=p1,p3', 'p1 p3'],
  ['3.1.1.4.4 _list', 'Patient?_list=l', 'p2'],
  [
    '3.1.1.5.1 sort: newest first by the end, without a value last',
    'Observation?_sort=-date',
    'since day span minute pressure none',
  ],
  ['3.1.1.5.1 sort: oldest first by the start', 'Observation?_sort=date', 'pressure span day minute since none'],
  ['3.1.1.5.1 sort by two', 'Observation?_sort=status,-_id', 'none span since pressure minute day'],
  ['3.1.1.5.1 sort: ties by id, whatever the page', 'Patient?_sort=organization', 'p1 p2 p3'],
]

t.test('R4 search, a row a rule', async (t) => {
  const server = await filled(t)
  for (const [rule, search, found] of ROWS) {
    const ids = await matched(server, search)
    if (!search.includes('_sort')) ids.sort()
    t.strictSame(
      ids.join(' '),
      search.includes('_sort') ? found : found.split(' ').sort().join(' '),
      `${rule}: ${search}`,
    )
    const paged = await matched(server, `${search}&_count=1`)
    t.strictSame(search.includes('_sort') ? paged : paged.sort(), ids, `${search}, one a page`)
    const { json } = await server.get(`${search}&_summary=count`)
    t.equal(json.total, ids.length, `${search}, counted`)
  }
})

/** What comes along: a search, and `Type/id` of all that is included. */
const INCLUDES: [rule: string, search: string, included: string][] = [
  ['3.1.1.5.5 include', 'Patient?_id=p1&_include=Patient:organization', 'Organization/low'],
  [
    '3.1.1.5.5 without iterate, of matches alone',
    'Patient?_id=p1&_include=Patient:organization&_include=Organization:partof',
    'Organization/low',
  ],
  [
    '3.1.1.5.5 iterate',
    'Patient?_id=p1&_include=Patient:organization&_include:iterate=Organization:partof',
    'Organization/low Organization/mid Organization/top',
  ],
  ['3.1.1.5.5 target type', 'Observation?_id=day,span&_include=Observation:subject:Group', 'Group/p1'],
  ['3.1.1.5.5 wildcard', 'Patient?_id=p1&_include=*', 'Organization/low Practitioner/doc'],
  ['3.1.1.5.5 wildcard, iterated', 'Observation?_id=minute&_include:iterate=*', 'Organization/top Patient/p2'],
  ['3.1.1.5.5 revinclude', 'Patient?_id=p1&_revinclude=Observation:subject', 'Observation/day Observation/since'],
  [
    '3.1.1.5.5 revinclude, iterated',
    'Organization?_id=mid&_revinclude:iterate=Organization:partof&_revinclude:iterate=Patient:organization',
    'Organization/low Patient/p1',
  ],
  [
    '3.1.1.5.5 nothing is included that matches',
    'Organization?_id=low,mid&_include=Organization:partof',
    'Organization/top',
  ],
]

t.test('R4 search, what is included', async (t) => {
  const server = await filled(t)
  for (const [rule, search, included] of INCLUDES) {
    const { json } = await server.get(search)
    const entries = json.entry.filter((entry: Json) => entry.search.mode === 'include')
    const names = entries.map(({ resource }: Json) => `${resource.resourceType}/${resource.id}`)
    t.strictSame(names.sort().join(' '), included, `${rule}: ${search}`)
  }
})

async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  const entry = RESOURCES.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  return server
}

/** Ids of all matches, page by page. */
async function matched(server: TestServer, search: string): Promise<string[]> {
  const { status, json } = await server.get(search)
  if (status !== 200) return [String(status)]
  const ids = (json.entry ?? []).filter((entry: Json) => entry.search.mode === 'match').map((e: Json) => e.resource.id)
  const next = json.link.find(({ relation }: Json) => relation === 'next')?.url
  return next ? [...ids, ...(await matched(server, next.slice(next.indexOf('/fhir/') + 6)))] : ids
}
