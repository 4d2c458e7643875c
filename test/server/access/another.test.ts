import t, { type Test } from 'tap'
import { openRights } from '../../../server/access/rights.ts'
import { identityWith } from '../../support/access.ts'
import { openServer } from '../../support/server.ts'
import { observation, writeTwoPatients } from '../../support/two-patients.ts'

/** Callers with the patient `a` in context unless said otherwise, with rights as tokens have them. */
async function opened(t: Test) {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const rights = openRights(open.services)
  const as = async (scopes: string[], more: Parameters<typeof identityWith>[1] = {}) =>
    open.as(await rights.of(identityWith(scopes, { patient: 'a', ...more })))
  return { open, as }
}

const JSON_PATCH = { 'content-type': 'application/json-patch+json' }
const ref = (reference: string) => ({ reference })

t.test('scopes for a patient write nothing about another one, whoever performed it', async (t) => {
  const { open, as } = await opened(t)
  const server = await as(['patient/*.cruds'])
  const performer = [ref('Patient/a')]
  const { id: _, ...foreign } = observation('x', 'b', { performer })
  t.equal((await server.post('Observation', foreign)).status, 403)
  const moved = [{ op: 'replace', path: '/subject/reference', value: 'Patient/b' }]
  await open.put('Observation/own', observation('own', 'a', { performer }))
  t.equal((await server.patch('Observation/own', moved, JSON_PATCH)).status, 403)
  t.equal((await server.put('Observation/own', observation('own', 'b', { performer }))).status, 403)
  t.equal((await server.put('Observation/own', observation('own', 'a', { performer }))).status, 200)
  await open.put('Observation/of-b', observation('of-b', 'b', { performer }))
  t.equal((await server.get('Observation/of-b')).status, 200, 'R4 has it in the compartment')
  t.equal((await server.put('Observation/of-b', observation('of-b', 'a', { performer }))).status, 403)
  t.equal((await server.delete('Observation/of-b')).status, 403)
  t.equal((await open.get('Observation?patient=b&_summary=count')).json.total, 2)
  const { subject: __, ...ofNobody } = { ...foreign, subject: undefined }
  t.equal((await server.post('Observation', ofNobody)).status, 201, 'it need not say whom it is about')
})

t.test('nor about the patient and another one', async (t) => {
  const { open, as } = await opened(t)
  const server = await as(['patient/*.cruds'])
  const account = (...of: string[]) => ({
    resourceType: 'Account',
    status: 'active',
    subject: of.map((id) => ref(`Patient/${id}`)),
  })
  t.equal((await server.post('Account', account('a', 'b'))).status, 403)
  const { status, json } = await server.post('Account', account('a'))
  t.equal(status, 201)
  const url = `Account/${json.id}`
  t.equal((await server.put(url, { ...account('a', 'b'), id: json.id })).status, 403)
  t.equal((await server.put(url, { ...account('a'), id: json.id, name: 'x' })).status, 200)
  await open.put(url, { ...account('a', 'b'), id: json.id })
  t.equal((await server.get(url)).status, 200)
  t.equal((await server.put(url, { ...account('a'), id: json.id })).status, 403)
  t.equal((await server.delete(url)).status, 403)
})

t.test('nobody shows an insurer a patient by a coverage of that patient', async (t) => {
  const { as } = await opened(t)
  const writer = await as(['patient/*.cruds'])
  const payor = [ref('Organization/insurer')]
  const coverage = (of: string) => ({
    resourceType: 'Coverage',
    status: 'active',
    beneficiary: ref(`Patient/${of}`),
    subscriber: ref('Patient/a'),
    payor,
  })
  t.equal((await writer.post('Coverage', coverage('b'))).status, 403)
  t.equal((await writer.post('Coverage', coverage('a'))).status, 201)
  const { patient: _, ...user } = identityWith(['user/*.rs'], { role: 'insurer', organization: 'insurer' })
  const insurer = await as(['user/*.rs'], user)
  t.equal((await insurer.get('Patient/b')).status, 404)
  t.equal((await insurer.get('Patient/a')).status, 200)
})

t.test('a scope for Binaries alone shows none that a scope for all hides with its document', async (t) => {
  const { open, as } = await opened(t)
  const very = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'V' }
  const documents = { labelled: { security: [very] }, plain: undefined }
  for (const [id, meta] of Object.entries(documents)) {
    await open.put(`Binary/${id}`, { resourceType: 'Binary', id, contentType: 'text/plain', data: 'U0VDUkVU' })
    const content = [{ attachment: { url: `Binary/${id}` } }]
    const subject = ref('Patient/b')
    await open.post('DocumentReference', {
      resourceType: 'DocumentReference',
      status: 'current',
      meta,
      subject,
      content,
    })
  }
  const fhirUser = { type: 'Practitioner', id: 'gp' }
  for (const role of ['technician', 'physician', 'registrar']) {
    for (const scope of ['user/Binary.rs', 'user/Binary.r', 'system/Binary.rs', 'user/*.rs']) {
      const server = await as([scope], { fhirUser, role, patient: '' })
      t.equal((await server.get('Binary/labelled')).status, 404, `${role} ${scope}`)
      t.notMatch((await server.get('Binary')).text, /"resourceType":"Binary"/)
      t.equal((await server.get('Binary/plain')).status, scope === 'user/*.rs' ? 200 : 404)
    }
  }
  const system = await as(['system/Binary.rs'], { patient: '' })
  t.equal((await system.get('Binary/labelled')).status, 200, 'no label keeps anything from who has no role')
  await open.put('Consent/no', {
    resourceType: 'Consent',
    id: 'no',
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ text: 'privacy' }],
    patient: ref('Patient/b'),
    policyRule: { text: 'privacy' },
    provision: { type: 'deny' },
  })
  const cut = await as(['system/Binary.rs'], { patient: '' })
  t.equal((await cut.get('Binary/plain')).status, 404)
})

t.test('a label hides by whatever name its code system has', async (t) => {
  const { open, as } = await opened(t)
  const server = await as(['user/*.rs'], { role: 'technician', patient: '' })
  const names = {
    'http://terminology.hl7.org/CodeSystem/v3-Confidentiality': 404,
    'http://hl7.org/fhir/v3/Confidentiality': 404,
    'urn:oid:2.16.840.1.113883.5.25': 404,
    'https://example.org/priority': 200,
  }
  for (const [at, [system, status]] of Object.entries(names).entries()) {
    const id = `labelled-${at}`
    await open.put(`Observation/${id}`, observation(id, 'a', { meta: { security: [{ system, code: 'V' }] } }))
    t.equal((await server.get(`Observation/${id}`)).status, status, system)
  }
})
