import t from 'tap'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const BASE = 'http://127.0.0.1:8080/fhir'
const concept = (code: string) => ({ coding: [{ system: 'http://m', code }] })
const medication = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Medication',
  id,
  code: concept(code),
  ...more,
})

/** A resource that contains Medications, and what it must have besides. */
function containing(
  resourceType: string,
  id: string,
  contained: { id: string }[],
): { resourceType: string; id: string } {
  const medicationReference = { reference: `#${contained[0]!.id}` }
  const subject = { reference: `Patient/${id}` }
  const status = 'active'
  const others = contained.slice(1).map((one) => ({ reference: `#${one.id}` }))
  const supportingInformation = others.length > 0 ? { supportingInformation: others } : {}
  const rest = { status, intent: 'order', medicationReference, subject, ...supportingInformation }
  return {
    resourceType,
    id,
    contained,
    ...(resourceType === 'MedicationRequest' ? rest : { status, medicationReference, subject }),
  } as never
}

/** Medications a to c, of which a stands alone, and two of an Organization that they are made by. */
async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  const made = { manufacturer: { reference: 'Organization/o' } }
  const resources: { resourceType: string; id: string }[] = [
    { resourceType: 'Organization', id: 'o', name: 'Maker' } as never,
    medication('alone', 'a'),
    { resourceType: 'Patient', id: 'r1' },
    containing('MedicationRequest', 'r1', [medication('m1', 'a', made), medication('m2', 'b')]),
    containing('MedicationRequest', 'r2', [medication('m1', 'a')]),
    containing('MedicationStatement', 's1', [medication('m1', 'c', { status: 'active' })]),
  ]
  for (const one of resources) {
    const { status } = await server.put(`${one.resourceType}/${one.id}`, one)
    t.equal(status, 201)
  }
  return server
}

const urls = ({ json }: { json: Json }): string[] =>
  (json.entry ?? [])
    .filter(({ search }: Json) => search.mode === 'match')
    .map(({ fullUrl }: Json) => fullUrl.slice(BASE.length + 1))
    .sort()

const [R1, R2, S1, ALONE] = [
  'MedicationRequest/r1',
  'MedicationRequest/r2',
  'MedicationStatement/s1',
  'Medication/alone',
]
const CONTAINED = '_contained=true&_containedType=contained'

const TABLE: [query: string, ...found: string[]][] = [
  ['Medication', ALONE!],
  ['Medication?_contained=false', ALONE!],
  ['Medication?_containedType=contained', ALONE!],
  ['Medication?_contained=&_containedType=', ALONE!],
  ['Medication?_contained=true', R1!, R2!, S1!],
  ['Medication?_contained=true&_containedType=container&code=a', R1!, R2!],
  ['Medication?_contained=true&code=b', R1!],
  ['Medication?_contained=true&code=a,b', R1!, R2!],
  ['Medication?_contained=true&code=x'],
  ['Medication?_contained=both&code=a', ALONE!, R1!, R2!],
  ['Medication?_contained=both&_containedType=contained&code=a', ALONE!, `${R1}#m1`, `${R2}#m1`],
  [`Medication?${CONTAINED}`, `${R1}#m1`, `${R1}#m2`, `${R2}#m1`, `${S1}#m1`],
  [`Medication?${CONTAINED}&_id=m2`, `${R1}#m2`],
  [`Medication?${CONTAINED}&_id=m2,m1&code=a`, `${R1}#m1`, `${R2}#m1`],
  [`Medication?${CONTAINED}&_id=alone`],
  [`Medication?${CONTAINED}&code:not=a`, `${R1}#m2`, `${S1}#m1`],
  [`Medication?${CONTAINED}&code:missing=true`],
  [`Medication?${CONTAINED}&_filter=code eq "http://m|b" or status eq "active"`, `${R1}#m2`, `${S1}#m1`],
  [`Medication?${CONTAINED}&manufacturer.name=maker`, `${R1}#m1`],
  [`Medication?${CONTAINED}&_lastUpdated=gt2020&code=c`, `${S1}#m1`],
  [`Medication?${CONTAINED}&_lastUpdated=lt2020`],
  [`?_type=Medication,Patient&${CONTAINED}&_id=m2`, `${R1}#m2`],
  [`?${CONTAINED}&_id=m2`, `${R1}#m2`],
  ['?_type=Medication,Patient&_contained=true', R1!, R2!, S1!],
  ['?_contained=both&_id=m2,r1', R1!, 'Patient/r1'],
  [`Patient?${CONTAINED}`],
  ['Patient?_contained=true'],
]

t.test('what is contained is found where it is asked for, and nowhere else', async (t) => {
  const server = await filled(t)
  for (const [query, ...found] of TABLE) {
    const reply = await server.get(encodeURI(query).replaceAll('#', '%23'))
    t.equal(reply.status, 200, query)
    t.strictSame(urls(reply), [...found].sort(), query)
    t.equal(reply.json.total, found.length, query)
    const joined = `${query}${query.includes('?') ? '&' : '?'}`
    t.equal((await server.get(encodeURI(`${joined}_summary=count`))).json.total, found.length, `${query}: its count`)
    const some = await server.get(encodeURI(`${joined}_count=1&_total=accurate`))
    t.equal(some.json.total, found.length, `${query}: its total`)
  }
})

t.test('a contained resource comes as it was sent, under the fullUrl of its container', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  const text = `{"resourceType":"Medication","id":"m1","code":{"text":"a"},"ingredient":[{"itemCodeableConcept":{"text":"Ü"},"strength":{"numerator":{"value":1.50}}}]}`
  const status = { resourceType: 'MedicationRequest', id: 'r', status: 'active', intent: 'order' }
  const rest = JSON.stringify({ ...status, medicationReference: { reference: '#m1' }, subject: { display: 'x' } })
  const decoys = `{"resourceType":"Patient","id":"m1"},{"id":"other","resourceType":"Medication"}`
  const sent = `{"contained":[${decoys},${text}],${rest.slice(1)}`
  t.equal((await server.put('MedicationRequest/r', sent)).status, 201)
  const whole = await server.get(`Medication?${CONTAINED}&_id=m1`)
  t.match(whole.json.entry, [{ fullUrl: `${BASE}/MedicationRequest/r#m1`, search: { mode: 'match' } }])
  t.ok(whole.text.includes(`"resource":${text}}`))
  const part = await server.get(`Medication?${CONTAINED}&_id=m1&_elements=code`)
  const tag = [{ code: 'SUBSETTED' }]
  t.match(part.json.entry[0].resource, { resourceType: 'Medication', id: 'm1', meta: { tag }, code: { text: 'a' } })
  t.notOk(part.json.entry[0].resource.ingredient)
  const summary = await server.get(`Medication?${CONTAINED}&_id=m1&_summary=true`)
  t.match(summary.json.entry, [{ fullUrl: `${BASE}/MedicationRequest/r#m1`, resource: { id: 'm1' } }])
  const container = await server.get('Medication?_contained=true&_id=m1')
  t.match(container.json.entry, [
    { fullUrl: `${BASE}/MedicationRequest/r`, resource: { id: 'r', contained: [{}, {}, {}] } },
  ])
  const cut = await server.get('Medication?_contained=true&_elements=status')
  t.match(cut.json.entry, [{ resource: { resourceType: 'MedicationRequest', status: 'active', meta: { tag } } }])
})

t.test('refused in words', async (t) => {
  const server = await filled(t)
  for (const [query, code, words] of [
    ['Medication?_contained=yes', 'value', /_contained takes one of false, true, both/],
    ['Medication?_contained=true&_contained=false', 'value', /_contained takes .* given once/],
    ['Medication?_containedType=x', 'value', /_containedType takes one of container, contained/],
    ['Medication?_contained:not=true', 'not-supported', /_contained:not is not supported here/],
    ['Medication?_contained=true&_sort=code', 'not-supported', /can be sorted/],
    ['Medication?_contained=both&_sort=_id', 'not-supported', /can be sorted/],
    [`?_type=Medication,Patient&${CONTAINED}&_sort=code`, 'not-supported', /sorted by/],
    [`Medication?${CONTAINED}&_list=1`, 'not-supported', /_list find no contained/],
    ['Medication?_contained=both&_has:List:item:code=x', 'not-supported', /_has and _list/],
    ['Patient/r1/MedicationRequest?_contained=true', 'not-supported', /compartment/],
    ['Patient/r1/*?_contained=both', 'not-supported', /compartment/],
    ['MedicationRequest?medication._contained=true', 'not-supported', /is not supported here/],
  ] as const) {
    const reply = await server.get(query)
    t.match(reply, { status: 400, json: { issue: [{ code, diagnostics: words }] } }, query)
  }
  t.equal((await server.get('Patient/r1/MedicationRequest?_contained=false')).status, 200)
})

/** All matches page by page, as they came. */
async function paged(server: TestServer, query: string): Promise<string[]> {
  const found: string[] = []
  let next: string | undefined = query
  while (next !== undefined) {
    const { json }: Json = await server.get(next)
    t.ok((json.entry ?? []).length <= 2)
    found.push(...(json.entry ?? []).map(({ fullUrl }: Json) => fullUrl.slice(BASE.length + 1)))
    next = json.link
      .find(({ relation }: Json) => relation === 'next')
      ?.url.slice(BASE.length)
      .replace('/', '')
  }
  return found
}

t.test('pages and order', async (t) => {
  const server = await filled(t)
  for (const query of ['_contained=true', CONTAINED, '_contained=both', `${CONTAINED.replace('true', 'both')}`]) {
    const whole = urls(await server.get(`Medication?${query}`))
    t.strictSame((await paged(server, `Medication?${query}&_count=2`)).sort(), whole, query)
  }
  const [r1, r2, s1] = [`${R1}#m1`, `${R2}#m1`, `${S1}#m1`]
  for (const [sort, ...wanted] of [
    ['-code', s1, `${R1}#m2`, r1, r2],
    ['_id', r1, r2, s1, `${R1}#m2`],
    ['-_id,code', `${R1}#m2`, r1, r2, s1],
    ['_lastUpdated,-code', `${R1}#m2`, r1, r2, s1],
    ['-_lastUpdated,code', s1, r2, r1, `${R1}#m2`],
  ] as const) {
    t.strictSame(await paged(server, `Medication?${CONTAINED}&_sort=${sort}&_count=2`), wanted, sort)
  }
  const all = `_type=Medication,Organization&${CONTAINED.replace('true', 'both')}`
  t.strictSame(await paged(server, `?${all}&_sort=-_id&_count=2`), ['Organization/o', `${R1}#m2`, r1, r2, s1, ALONE])
  t.strictSame(
    await paged(server, `Medication?${CONTAINED.replace('true', 'both')}&_sort=code,_lastUpdated&_count=2`),
    [ALONE, r1, r2, `${R1}#m2`, s1],
    'with others beside them',
  )
  const first = await server.get(`Medication?${CONTAINED}&_count=2`)
  const next: string = first.json.link.find(({ relation }: Json) => relation === 'next').url
  t.match(first.json.link[0].url, /_contained=true&_containedType=contained/, 'the self link says what was done')
  const second = await server.get(next.slice(BASE.length + 1))
  const back: string = second.json.link.find(({ relation }: Json) => relation === 'previous').url
  t.strictSame((await server.get(back.slice(BASE.length + 1))).json.entry, first.json.entry, 'and back')
  const other = next.slice(BASE.length + 1).replace('_contained=true&', '')
  t.equal((await server.get(other)).status, 400, 'a link leads to nothing else')
})

t.test('includes from what contains, and from what is contained', async (t) => {
  const server = await filled(t)
  const included = async (query: string) =>
    ((await server.get(query)).json.entry ?? [])
      .filter(({ search }: Json) => search.mode === 'include')
      .map(({ fullUrl }: Json) => fullUrl.slice(BASE.length + 1))
  for (const [query, ...wanted] of [
    [`Medication?${CONTAINED}&_include=Medication:manufacturer`, 'Organization/o'],
    [`Medication?${CONTAINED}&_include=*`, 'Organization/o'],
    ['Medication?_contained=true&_include=MedicationRequest:subject', 'Patient/r1'],
    ['Medication?_contained=true&code=b&_include=*', 'Patient/r1'],
    [`Medication?${CONTAINED}&_revinclude=MedicationRequest:medication`],
    ['Organization?_id=o&_revinclude=Medication:manufacturer'],
    ['MedicationRequest?_include=MedicationRequest:medication'],
  ] as const) {
    t.strictSame(await included(query), wanted, query)
  }
})

t.test('what is contained changes and goes with its container', async (t) => {
  const server = await filled(t)
  const found = async (query = '') => urls(await server.get(`Medication?${CONTAINED}${query}`))
  await server.put(R1!, containing('MedicationRequest', 'r1', [medication('m2', 'z'), medication('m3', 'a')]))
  t.strictSame(await found(), [`${R1}#m2`, `${R1}#m3`, `${R2}#m1`, `${S1}#m1`])
  t.strictSame(await found('&code=a'), [`${R1}#m3`, `${R2}#m1`])
  t.match((await server.get(`Medication?${CONTAINED}&_id=m2`)).json.entry[0].resource, { code: concept('z') })
  await server.delete(R2!)
  t.strictSame(await found(), [`${R1}#m2`, `${R1}#m3`, `${S1}#m1`])
  const patch = ['/contained', '/supportingInformation'].map((path) => ({ op: 'remove', path }))
  const plain = [{ op: 'replace', path: '/medicationReference/reference', value: ALONE }]
  const headers = { 'content-type': 'application/json-patch+json' }
  t.equal((await server.patch(R1!, JSON.stringify([...patch, ...plain]), headers)).status, 200)
  t.strictSame(await found(), [`${S1}#m1`])
  await server.put(R2!, containing('MedicationRequest', 'r2', [medication('m1', 'b')]))
  t.strictSame(await found('&code=a,b'), [`${R2}#m1`], 'and again when it is back')
  await server.services.reindex.start()
  await server.services.reindex.run()
  t.strictSame(await found(), [`${R2}#m1`, `${S1}#m1`], 'a reindex changes nothing')
  t.equal(server.services.reindex.state().done, 6, 'it goes through resources that stand alone')
  t.equal((await server.get('_history?_count=0')).json.total, 10)
  t.equal((await server.get('Patient/r1/$everything')).json.total, 2)
})
