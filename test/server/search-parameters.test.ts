import t, { type Test } from 'tap'
import { batch, jsonPatch, post, put, transaction } from '../support/bundles.ts'
import { PARAMETER_URL, searchParameter as parameter } from '../support/search-parameters.ts'
import { type Json, openServer, type TestServer } from '../support/server.ts'

const BIRTH_PLACE = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace'
const birthPlace = (code = 'birth-city', more: Json = {}) =>
  parameter(code, `Patient.extension.where(url = '${BIRTH_PLACE}').value.city`, more)
const bornIn = (id: string, city: string) => ({
  resourceType: 'Patient',
  id,
  extension: [{ url: BIRTH_PLACE, valueAddress: { city } }],
})

/** What is found when all is indexed. */
const ids = async (server: TestServer, search: string) => {
  await server.services.reindex.run()
  const { status, json } = await server.get(search, { prefer: 'handling=strict' })
  if (status !== 200) return status
  return (json.entry ?? []).filter((one: Json) => one.search.mode === 'match').map((one: Json) => one.resource.id)
}

t.test('used at once for new writes, and after a reindex for all', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/old', bornIn('old', 'Lübeck'))
  t.equal(await ids(server, 'Patient?birth-city=lubeck'), 400, 'unknown before')
  const created = await server.post('SearchParameter', birthPlace())
  t.equal(created.status, 201, created.text)
  await server.put('Patient/new', bornIn('new', 'Lübeck'))
  const early = await server.get('Patient?birth-city=lubeck')
  t.ok(early.json.entry.some((one: Json) => one.resource.id === 'new'))
  await server.services.reindex.run()
  t.same(await ids(server, 'Patient?birth-city=lubeck&_sort=_id'), ['new', 'old'])
  t.same(await ids(server, 'Patient?_sort=-birth-city,_id'), ['new', 'old'])
  t.same(await ids(server, 'Patient?birth-city:missing=true'), [])
  const { json } = await server.get('metadata')
  const patient = json.rest[0].resource.find((one: Json) => one.type === 'Patient')
  const listed = patient.searchParam.find((one: Json) => one.name === 'birth-city')
  t.same(listed, { name: 'birth-city', definition: `${PARAMETER_URL}birth-city`, type: 'string' })
  const { id } = created.json
  await server.put(`SearchParameter/${id}`, { ...birthPlace(), id, expression: 'Patient.name.text' })
  await server.services.reindex.run()
  t.same(await ids(server, 'Patient?birth-city=lubeck'), [], 'another expression: other entries')
  await server.patch(`SearchParameter/${id}`, [{ op: 'replace', path: '/status', value: 'retired' }], {
    'content-type': 'application/json-patch+json',
  })
  t.equal(await ids(server, 'Patient?birth-city=lubeck'), 400, 'one that is not active is not known')
  await server.put(`SearchParameter/${id}`, { ...birthPlace(), id })
  await server.services.reindex.run()
  t.same(await ids(server, 'Patient?birth-city=lubeck&_sort=_id'), ['new', 'old'])
  await server.delete(`SearchParameter/${id}`)
  t.equal(await ids(server, 'Patient?birth-city=lubeck'), 400)
  t.notMatch((await server.get('metadata')).text, /birth-city/)
})

t.test('in Bundles, and known again after a restart', async (t) => {
  const server = await openServer(t)
  const made = await server.post(
    '',
    transaction(post(birthPlace()), put(bornIn('a', 'Kiel')), put({ ...birthPlace('other-city'), id: 'other' })),
  )
  t.equal(made.status, 200, made.text)
  await server.services.reindex.run()
  t.same(await ids(server, 'Patient?birth-city=kiel'), ['a'], 'what the same transaction wrote is brought in')
  await server.services.reindex.stop()
  await server.post(
    '',
    batch(jsonPatch('SearchParameter/other', [{ op: 'replace', path: '/status', value: 'retired' }])),
  )
  t.equal(await ids(server, 'Patient?other-city=kiel'), 400)
  const { dataDir } = server.services.config
  await server.services.close()
  const again = await openServer(t, { DATA_DIR: dataDir })
  t.equal(again.services.reindex.isBehind, true, 'another parameter went while nobody indexed')
  await again.services.reindex.run()
  t.same(await ids(again, 'Patient?birth-city=kiel'), ['a'])
  t.equal(await ids(again, 'Patient?other-city=kiel'), 400)
})

t.test('of every type, and in chains, includes and composites', async (t) => {
  const server = await openServer(t)
  const ext = (url: string, value: string) => `Patient.extension.where(url = 'http://x/${url}').value${value}`
  for (const one of [
    parameter('x-token', ext('token', ''), { type: 'token' }),
    parameter('x-date', ext('date', '.first()'), { type: 'date' }),
    parameter('x-number', ext('number', ''), { type: 'number' }),
    parameter('x-quantity', ext('quantity', '.ofType(Quantity)'), { type: 'quantity' }),
    parameter('x-uri', ext('uri', ''), { type: 'uri' }),
    parameter('x-ref', ext('ref', '.ofType(Reference)'), { type: 'reference', target: ['Organization'] }),
    parameter('x-engine', 'Patient.name.where(use.exists().not()).given', { type: 'string' }),
    parameter('x-fails', 'Patient.name.given.single()', { type: 'string' }),
    parameter('x-all', 'Resource.meta.tag.display', { base: ['Resource'] }),
  ]) {
    const { status, text } = await server.post('SearchParameter', one)
    t.equal(status, 201, text)
  }
  const composite = await server.post(
    'SearchParameter',
    parameter('x-both', 'Patient', {
      type: 'composite',
      component: [
        { definition: `${PARAMETER_URL}x-token`, expression: ext('token', '').replace('Patient.', '') },
        { definition: 'http://hl7.org/fhir/SearchParameter/individual-gender', expression: 'gender' },
      ],
    }),
  )
  t.equal(composite.status, 201, composite.text)
  await server.put('Organization/o', { resourceType: 'Organization', id: 'o', name: 'Clinic' })
  const extension = [
    { url: 'http://x/token', valueCoding: { system: 'http://s', code: 'c' } },
    { url: 'http://x/date', valueDateTime: '2020-02-03T10:00:00Z' },
    { url: 'http://x/number', valueDecimal: 1.5 },
    { url: 'http://x/quantity', valueQuantity: { value: 5.4, system: 'http://unitsofmeasure.org', code: 'g' } },
    { url: 'http://x/uri', valueUri: 'http://u/1' },
    { url: 'http://x/ref', valueReference: { reference: 'Organization/o' } },
  ]
  const written = await server.put('Patient/p', {
    resourceType: 'Patient',
    id: 'p',
    gender: 'female',
    meta: { tag: [{ code: 't', display: 'Tagged' }] },
    name: [{ given: ['Ada', 'Eve'] }],
    extension,
  })
  t.equal(written.status, 201, 'an expression that fails on a resource does not keep it out')
  for (const search of [
    'x-token=http://s|c',
    'x-date=2020-02-03',
    'x-number=gt1',
    'x-quantity=5400|http://unitsofmeasure.org|mg',
    'x-uri:below=http://u',
    'x-ref=Organization/o',
    'x-ref.name=clinic',
    'x-engine=eve',
    'x-all=tagged',
    'x-both=http://s|c$female',
  ]) {
    t.same(await ids(server, `Patient?${search}`), ['p'], search)
  }
  t.same(await ids(server, 'Patient?x-both=http://s|c$male'), [])
  t.same(await ids(server, 'Organization?_has:Patient:x-ref:x-engine=ada'), ['o'])
  t.same(await ids(server, 'Patient?x-fails:missing=false'), [])
  const included = await server.get('Patient?_include=Patient:x-ref')
  t.same(
    included.json.entry.map((one: Json) => one.resource.id),
    ['p', 'o'],
  )
  const statement = (await server.get('metadata')).json.rest[0].resource
  const of = (type: string) => statement.find((one: Json) => one.type === type)
  t.ok(of('Patient').searchInclude.includes('Patient:x-ref'))
  t.ok(of('Organization').searchRevInclude.includes('Patient:x-ref'))
  t.notOk(of('Location').searchRevInclude.includes('Patient:x-ref'))
  t.ok(of('Location').searchParam.some((one: Json) => one.name === 'x-all'))
})

/** What is refused, the element that is named, and words of why. */
const REFUSED: [name: string, resource: Json, element: string, words: RegExp][] = [
  ['no FHIRPath', parameter('x', 'Patient.name.('), 'expression', /not FHIRPath/],
  ['a draft that is no FHIRPath', parameter('x', 'Patient..', { status: 'draft' }), 'expression', /not FHIRPath/],
  ['no expression', parameter('x', undefined), 'expression', /needs an expression/],
  ['an unknown element', parameter('x', 'Patient.nmae.family'), 'expression', /has no nmae/],
  ['an unknown function', parameter('x', 'Patient.name.foo()'), 'expression', /foo/],
  ['another type', parameter('x', 'Observation.code'), 'expression', /nothing of Patient/],
  ['one base of two', parameter('x', 'Patient.name', { base: ['Patient', 'Claim'] }), 'expression', /of Claim/],
  ['other resources', parameter('x', 'Patient.link.other.resolve().name'), 'expression', /resolve/],
  ['the time of day', parameter('x', 'Patient.birthDate > today()'), 'expression', /today/],
  [
    'a very long one',
    parameter('x', `Patient.name | ${'Patient.name | '.repeat(200)}Patient.name`),
    'expression',
    /2000/,
  ],
  ['a regular expression', parameter('x', "Patient.name.family.matches('(a+)+b')"), 'expression', /regular expression/],
  [
    'a product',
    parameter('x', 'Patient.name.select(%resource.descendants())'),
    'expression',
    /whole resource for each/,
  ],
  ['a thousand brackets', parameter('x', '('.repeat(1900), { status: 'draft' }), 'expression', /brackets/],
  ['type special', parameter('x', 'Patient.name', { type: 'special' }), 'type', /special/],
  ['a code of R4', parameter('name', 'Patient.name.text'), 'code', /R4 gives Patient this code/],
  [
    'derived from R4',
    parameter('name', 'Patient.name', { derivedFrom: 'http://hl7.org/fhir/SearchParameter/Patient-name' }),
    'code',
    /SearchParameter\/Patient-name/,
  ],
  ['a code of R4 for all', parameter('date', 'Resource.meta.tag.code', { base: ['Resource'] }), 'code', /R4 gives/],
  [
    "a code of the server's own",
    parameter('insurer', 'ExplanationOfBenefit.provider', { base: ['ExplanationOfBenefit'], type: 'reference' }),
    'code',
    /This server gives ExplanationOfBenefit this code/,
  ],
  ['a code of the server', parameter('_count', 'Patient.name'), 'code', /begins with a letter/],
  ['a code with a dot', parameter('a.b', 'Patient.name'), 'code', /letters/],
  [
    "R4's url for something else",
    parameter('x', 'Patient.name', { url: 'http://hl7.org/fhir/SearchParameter/Patient-name' }),
    'url',
    /otherwise/,
  ],
  ['a composite of nothing', parameter('x', 'Patient', { type: 'composite' }), 'component', /needs components/],
  [
    'a composite of what is not there',
    parameter('x', 'Patient', { type: 'composite', component: [{ definition: 'http://no', expression: 'name' }] }),
    'component[0].definition',
    /no search parameter/,
  ],
  [
    'a composite of a costly part',
    parameter('x', 'Patient', {
      type: 'composite',
      component: [
        {
          definition: 'http://hl7.org/fhir/SearchParameter/Patient-name',
          expression: "name.where(family.matches('(a+)+b'))",
        },
      ],
    }),
    'component[0].expression',
    /matches\(\) is refused/,
  ],
]

t.test('broken ones are refused on write, and the element is named', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  for (const [name, resource, element, words] of REFUSED) {
    const { status, json } = await server.post('SearchParameter', resource)
    t.equal(status, 422, name)
    const issue = json.issue?.find((one: Json) => one.expression?.[0] === `SearchParameter.${element}`)
    t.match(issue?.diagnostics, words, name)
  }
  const { status } = await server.post('SearchParameter', parameter('x', 'Patient.name', { base: ['Patcient'] }))
  t.equal(status, 400, 'an unknown base is no code of its binding')
  const inBundle = await server.post('', transaction(post(parameter('x', 'Patient.name.('))))
  t.equal(inBundle.status, 422)
  t.match(inBundle.text, /Bundle.entry\[0\]/)
  t.equal((await server.get('SearchParameter?_summary=count')).json.total, 0)
})

t.test('expressions that are no plain paths are few', async (t) => {
  const server = await openServer(t)
  const byEngine = (code: string) => parameter(code, 'Patient.name.where(use.exists().not()).given')
  for (let at = 0; at < 50; at++) t.equal((await server.post('SearchParameter', byEngine(`x-${at}`))).status, 201)
  const { status, json } = await server.post('SearchParameter', byEngine('x-50'))
  t.equal(status, 422)
  t.match(json.issue[0].diagnostics, /50 SearchParameters at the most whose expressions are no plain paths/)
  t.equal((await server.post('SearchParameter', parameter('x-plain', 'Patient.name.text'))).status, 201)
})

t.test('one code of a type is one thing', async (t) => {
  const server = await openServer(t)
  await server.put('SearchParameter/one', { ...birthPlace(), id: 'one' })
  const again = await server.post('SearchParameter', birthPlace('birth-city', { url: 'http://other' }))
  t.equal(again.status, 422)
  t.match(again.json.issue[0].diagnostics, /SearchParameter\/one gives Patient this code/)
  t.equal((await server.post('SearchParameter', birthPlace('another'))).status, 201)
  t.equal((await server.post('SearchParameter', birthPlace('birth-city', { status: 'draft' }))).status, 201)
  const elsewhere = { ...parameter('birth-city', 'Person.name', { base: ['Person'] }), url: 'http://third' }
  t.equal((await server.post('SearchParameter', elsewhere)).status, 201, 'of another type it is free')
  const updated = await server.put('SearchParameter/one', { ...birthPlace(), id: 'one', description: 'better' })
  t.equal(updated.status, 200, 'it is no rival of its own')
})

t.test('two servers know what is stored in each', async (t: Test) => {
  const [one, other] = [await openServer(t), await openServer(t)]
  await one.post('SearchParameter', birthPlace())
  t.same(await ids(one, 'Patient?birth-city=x'), [])
  t.equal(await ids(other, 'Patient?birth-city=x'), 400)
})

t.test('what is written while a parameter comes in is not missed', async (t) => {
  const server = await openServer(t)
  const writes: Promise<unknown>[] = []
  for (let at = 0; at < 300; at++) {
    writes.push(server.put(`Patient/w${at}`, bornIn(`w${at}`, 'Kiel')))
    if (at === 150) writes.push(server.post('SearchParameter', birthPlace()))
    if (at % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(writes)
  await server.services.reindex.run()
  t.equal((await server.get('Patient?birth-city=kiel&_summary=count')).json.total, 300)
})
