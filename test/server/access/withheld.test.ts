import t from 'tap'
import { accessTo } from '../../support/rights.ts'
import { type Json, openServer } from '../../support/server.ts'
import { observation, patient } from '../../support/two-patients.ts'

const PHONE = '555-0199'

const RICH = patient('a', {
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${PHONE}</div>` },
  name: [{ family: 'Adler' }],
  telecom: [{ system: 'phone', value: PHONE }],
  contact: [{ name: { family: 'Secret' }, gender: 'female' }],
  multipleBirthInteger: 2,
  generalPractitioner: [{ reference: 'Practitioner/hidden' }],
})

const HIDDEN = { Patient: ['telecom', 'contact.name', 'multipleBirth', 'generalPractitioner'] }

async function opened(t: Parameters<typeof openServer>[0]) {
  const open = await openServer(t)
  await open.put('Practitioner/hidden', { resourceType: 'Practitioner', id: 'hidden', name: [{ family: 'Doctor' }] })
  await open.put('Patient/a', RICH)
  await open.put(
    'Observation/o',
    observation('o', 'a', { contained: [{ ...RICH, text: undefined }], focus: [{ reference: '#a' }] }),
  )
  const types = { Patient: 'all', Observation: 'all', Practitioner: 'all' }
  return { open, server: open.as(accessTo(types, {}, { hidden: HIDDEN, labels: 'all' })) }
}

t.test('withheld elements are cut from every answer, and so is the narrative', async (t) => {
  const { open, server } = await opened(t)
  const paths = [
    'Patient/a',
    'Patient/a?_elements=telecom,contact,multipleBirth',
    'Patient/a?_summary=text',
    'Patient/a/_history/1',
    'Patient/a/_history',
    'Patient/_history',
    '_history',
    'Patient',
    'Patient?_sort=_id',
    'Patient?_summary=true',
    'Observation?_include=Observation:patient',
    'Observation/o',
    'Patient/a/$everything',
  ]
  for (const path of paths) {
    const { status, text } = await server.get(path)
    t.equal(status, 200, path)
    t.match(text, /"(Patient|Observation)"/)
    t.notMatch(text, new RegExp(`${PHONE}|Secret|multipleBirth|generalPractitioner`), path)
    t.notMatch(text, /"reference":"Practitioner\/hidden"/, path)
  }
  t.match((await open.get('Patient/a')).text, /Secret.*generalPractitioner|generalPractitioner.*Secret/)
  t.notMatch((await server.get('Patient/a/$everything')).text, /Doctor/, 'what only a withheld element leads to')
  const { json } = await server.get('Patient/a')
  t.match(json, { id: 'a', name: [{ family: 'Adler' }], contact: [{ gender: 'female' }], meta: { versionId: '1' } })
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue'
  t.strictSame(json.meta.security, [{ system, code: 'REDACTED' }])
  await open.put('Patient/plain', patient('plain'))
  const plain = (await server.get('Patient/plain')).json
  t.equal(plain.meta.security[0].code, 'REDACTED', 'the tag does not tell whether there was anything')
})

t.test('nothing is shown because the name of its type is written with escapes', async (t) => {
  const { open, server } = await opened(t)
  const escaped = (resource: object) => JSON.stringify(resource).replaceAll('"Patient"', '"Pati\\u0065nt"')
  const inside = observation('e', 'a', { contained: [{ ...RICH, text: undefined }], focus: [{ reference: '#a' }] })
  t.equal((await open.put('Patient/e', escaped({ ...RICH, id: 'e' }))).status, 201)
  t.equal((await open.put('Observation/e', escaped(inside))).status, 201)
  const plain = JSON.stringify(observation('f', 'a')).replace('"final"', '"fin\\u0061l"')
  t.equal((await open.put('Observation/f', plain)).status, 201)
  for (const path of ['Patient/e', 'Patient?_id=e', 'Observation/e', 'Observation?_id=e', 'Patient/e/_history']) {
    const { status, text } = await server.get(path)
    t.equal(status, 200, path)
    t.notMatch(text, new RegExp(`${PHONE}|Secret|multipleBirth`), path)
    t.match(text, /REDACTED/)
  }
  const unlike = await server.get('Observation/f')
  t.equal(unlike.status, 200)
  t.notMatch(unlike.text, /REDACTED/)
})

t.test('leak 1: nothing is found, sorted or included by what is withheld, at any hop', async (t) => {
  const { open, server } = await opened(t)
  const queries = [
    `Patient?phone=${PHONE}`,
    `Patient?telecom=${PHONE}`,
    'Patient?telecom:missing=true',
    'Patient?_sort=telecom',
    'Patient?general-practitioner=Practitioner/hidden',
    'Patient?general-practitioner.family=Doctor',
    'Patient?general-practitioner:Practitioner.family=Doctor',
    'Patient?_include=Patient:general-practitioner',
    'Practitioner?_revinclude=Patient:general-practitioner',
    'Practitioner?_has:Patient:general-practitioner:family=Adler',
    `Observation?subject:Patient.telecom=${PHONE}`,
    `Observation?subject.phone=${PHONE}`,
    `Practitioner?_has:Observation:performer:subject:Patient.phone=${PHONE}`,
    `Patient?_filter=telecom%20eq%20${PHONE}`,
    `Patient?_filter=not(telecom%20eq%20${PHONE})`,
    `Observation?_filter=subject:Patient.telecom%20eq%20${PHONE}`,
    'Patient?_content=555',
    'Patient?_text=555',
    'Observation?subject:Patient._content=555',
    `Patient?_contained=true&telecom=${PHONE}`,
    `Patient?_contained=both&_containedType=contained&family=Adler`,
  ]
  for (const query of queries) {
    const { status, json } = await server.get(query)
    t.equal(status, 400, query)
    t.match(json.issue[0].code, /not-supported/, query)
  }
  t.strictSame((await open.get(`Observation?subject:Patient.telecom=${PHONE}`)).json.total, 1)
  for (const query of ['Patient?family=Adler', 'Patient?_include=Patient:*', 'Practitioner?_revinclude=Patient:*']) {
    t.equal((await server.get(query)).status, 200, query)
  }
  t.notMatch((await server.get('Patient?_include=Patient:*')).text, /Doctor/)
  const conditional = { 'if-none-exist': `telecom=${PHONE}` }
  t.equal((await server.post('Observation', observation('x', 'a'), conditional)).status, 400)
  const byPatient = { 'if-none-exist': `subject:Patient.telecom=${PHONE}` }
  t.equal((await server.post('Observation', observation('x', 'a'), byPatient)).status, 400)
})

t.test('what is withheld in part is not written', async (t) => {
  const { open, server } = await opened(t)
  const patch = (path: string, value: unknown) => [{ op: 'test', path, value }]
  const asPatch = { 'content-type': 'application/json-patch+json' }
  t.equal((await server.put('Patient/a', patient('a'))).status, 403)
  t.equal((await server.post('Patient', patient('a'))).status, 403)
  t.equal((await server.delete('Patient/a')).status, 403)
  t.equal((await server.delete('Patient?_id=a')).status, 403)
  for (const value of [PHONE, 'other']) {
    t.equal((await server.patch('Patient/a', patch('/telecom/0/value', value), asPatch)).status, 403)
    const inside = patch('/contained/0/telecom/0/value', value)
    t.equal((await server.patch('Observation/o', inside, asPatch)).status, 403, 'no oracle in what is contained')
  }
  t.equal((await server.put('Observation/o', observation('o', 'a'))).status, 403, 'what is contained would be lost')
  t.equal((await server.put('Observation/p', observation('p', 'a'))).status, 201)
  t.match((await open.get('Observation/o')).json.contained[0].telecom, [{ value: PHONE }])
  const entry = { resource: patient('a'), request: { method: 'PUT', url: 'Patient/a' } }
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry: [entry] })).status, 403)
})

t.test('composites rest on their parts', async (t) => {
  const open = await openServer(t)
  const value = { valueQuantity: { value: 72, unit: 'beats', system: 'http://unitsofmeasure.org', code: '/min' } }
  await open.put('Observation/o', observation('o', 'a', value))
  const server = open.as(accessTo({ Observation: 'all' }, {}, { hidden: { Observation: ['value'] } }))
  for (const query of [
    'value-quantity=72',
    'code-value-quantity=8867-4$72',
    'combo-code-value-quantity=8867-4$72',
    'combo-value-quantity=72',
    '_sort=value-quantity',
    'value-quantity:missing=false',
  ]) {
    t.equal((await open.get(`Observation?${query}`)).status, 200, query)
    t.equal((await server.get(`Observation?${query}`)).status, 400, query)
  }
  t.equal((await server.get('Observation?combo-code=8867-4')).json.total, 1)
  const { json }: { json: Json } = await server.get('Observation/o')
  t.notOk('valueQuantity' in json)
})

t.test('codes are taken from no value set of which something is withheld', async (t) => {
  const open = await openServer(t)
  await open.put('Observation/o', observation('o', 'a'))
  await open.put('ValueSet/v', {
    resourceType: 'ValueSet',
    id: 'v',
    url: 'http://example.org/v',
    status: 'active',
    compose: { include: [{ system: 'http://loinc.org', concept: [{ code: '8867-4' }] }] },
  })
  const query = 'Observation?code:in=http://example.org/v'
  t.equal((await open.get(query)).json.total, 1)
  const types = { Observation: 'all', ValueSet: 'all' }
  t.equal((await open.as(accessTo(types)).get(query)).json.total, 1)
  const cut = await open.as(accessTo(types, {}, { hidden: { ValueSet: ['compose'] } })).get(query)
  const none = await open.as(accessTo({ Observation: 'all' })).get(query)
  const unknown = await open.as(accessTo({ Observation: 'all' })).get(query.replace('org/v', 'org/w'))
  t.equal(cut.status, 400)
  t.equal(none.text, cut.text)
  t.equal(unknown.text, none.text.replace('org/v', 'org/w'), 'a hidden value set is as an absent one')
})
