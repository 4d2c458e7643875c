import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { accessFor, identityWith } from '../../support/access.ts'
import { askWith, namesIn } from '../../support/asking.ts'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { type Json, openServer } from '../../support/server.ts'

const SENSITIVITY = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'
const subject = { reference: 'Patient/p' }
const condition = (code: string, more: Json = {}) => ({
  resourceType: 'Condition',
  subject,
  code: { coding: [{ system: ICD10CM, code }] },
  ...more,
})
const codesOf = ({ meta }: Json) => (meta.security ?? []).map(({ code }: Json) => code).sort()

t.test('rules label what is written on every path, where the setting says so', async (t) => {
  const server = await openServer(t, { CHARTROOM_LABELS: 'on' })
  const created = await server.post('Condition', condition('F11.20'))
  t.strictSame(codesOf(created.json), ['SUD'], 'create')
  t.strictSame(codesOf((await server.get(`Condition/${created.json.id}`)).json), ['SUD'], 'as it is kept')
  t.equal((await server.get(`Condition?_security=${SENSITIVITY}|SUD&_summary=count`)).json.total, 1, 'and found by')

  const { id } = created.json
  const updated = await server.put(`Condition/${id}`, condition('B20', { id }))
  t.strictSame(codesOf(updated.json), ['HIV'], 'update')
  const path = [{ op: 'replace', path: '/code/coding/0/code', value: 'A51.0' }]
  const patched = await server.patch(`Condition/${id}`, path, { 'content-type': 'application/json-patch+json' })
  t.strictSame(codesOf(patched.json), ['HIV', 'STD'], 'patch: what was there stays')

  const fullUrl = 'urn:uuid:0b1c1f5e-3f0a-4c33-8d4e-0d9a2c6f1a01'
  const entry = [
    { fullUrl, resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
    {
      resource: condition('F20.0', { subject: { reference: fullUrl } }),
      request: { method: 'POST', url: 'Condition' },
    },
  ]
  const reply = await server.post(
    '',
    { resourceType: 'Bundle', type: 'transaction', entry },
    { prefer: 'return=representation' },
  )
  t.strictSame(codesOf(reply.json.entry[1].resource), ['PSY'], 'transaction')
  t.match(reply.json.entry[1].resource.subject.reference, /^Patient\/[\w-]+$/)
  const batch = await server.post(
    '',
    {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ resource: condition('Z21'), request: { method: 'POST', url: 'Condition' } }],
    },
    { prefer: 'return=representation' },
  )
  t.strictSame(codesOf(batch.json.entry[0].resource), ['HIV'], 'batch')
})

t.test('what is loaded by command line is labelled too', async (t) => {
  const folder = storeFolder(t)
  const file = join(folder, 'conditions.ndjson')
  writeFileSync(file, `${JSON.stringify(condition('F11.20', { id: 'loaded' }))}\n`)
  const settings = { ...(await placeOf(folder)), CHARTROOM_LABELS: 'on' }
  const { code, output } = await runCli(settings, 'load', file)
  t.equal(code, 0, output)
  const server = await openServer(t, { DATA_DIR: folder })
  t.strictSame(codesOf((await server.get('Condition/loaded')).json), ['SUD'])
})

t.test('without the setting a resource comes back as it was sent', async (t) => {
  const server = await openServer(t)
  t.strictSame(codesOf((await server.post('Condition', condition('B20'))).json), [])
})

const roleOf = (role: string) => {
  const { patient: _, ...rest } = identityWith(['user/*.cruds'], { role, fhirUser: { type: 'Practitioner', id: 'p' } })
  return rest
}

t.test('a label hides from who is not cleared for it, on every path', async (t) => {
  const server = await openServer(t, { CHARTROOM_LABELS: 'on' })
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p' })
  const secured = (system: string, code: string) => ({ meta: { security: [{ system, code }] } })
  const all: [string, Json][] = [
    ['plain', condition('E11.9')],
    ['normal', condition('E11.9', secured(CONFIDENTIALITY, 'N'))],
    ['hiv', condition('B20')],
    ['substance', condition('F11.20')],
    ['very', condition('E11.9', secured(CONFIDENTIALITY, 'V'))],
    ['bare', condition('E11.9', { meta: { security: [{ code: 'V' }] } })],
  ]
  for (const [id, one] of all) t.equal((await server.put(`Condition/${id}`, { id, ...one })).status, 201)
  const physician = await accessFor(roleOf('physician'))
  const ask = (path: string) => askWith(physician, server, 'GET', path)
  const seen = ['Condition/hiv', 'Condition/normal', 'Condition/plain']
  t.strictSame(namesIn(await ask('Condition')), seen)
  t.equal((await ask('Condition?_summary=count')).json.total, 3)
  t.strictSame(namesIn(await ask('Patient?_id=p&_revinclude=Condition:patient')), [...seen, 'Patient/p'])
  t.strictSame(namesIn(await ask(`Patient?_has:Condition:patient:code=${ICD10CM}|F11.20`)), [])
  t.strictSame(namesIn(await ask('Patient/p/$everything')), [...seen, 'Patient/p'])
  t.strictSame(namesIn(await ask('Condition/_history')), seen)
  for (const id of ['substance', 'very', 'bare']) {
    for (const path of [`Condition/${id}`, `Condition/${id}/_history/1`, `Condition/${id}/_history`]) {
      t.equal((await ask(path)).ended, 'not-found', path)
    }
  }
  const officer = await accessFor(['user/*.cruds'])
  t.equal(namesIn(await askWith(officer, server, 'GET', 'Condition')).length, 6, 'without a policy scopes decide')
})

t.test('a label of a rule is taken off by those alone who may write it, and put on for anyone', async (t) => {
  const server = await openServer(t, { CHARTROOM_LABELS: 'on' })
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p' })
  const clerk = await accessFor(['user/Condition.cruds', 'user/Patient.rs'])
  t.strictSame(clerk.labels, [])
  const made = await askWith(clerk, server, 'POST', 'Condition', condition('B20'))
  t.equal(made.ended, 'created', 'a rule put it on')
  t.strictSame(codesOf(made.json), ['HIV'])
  const { id, meta } = made.json
  const other = condition('E11.9', { id })
  t.equal((await askWith(clerk, server, 'PUT', `Condition/${id}`, other)).ended, 'forbidden', 'taken off')
  const kept = await askWith(clerk, server, 'PUT', `Condition/${id}`, { ...other, meta: { security: meta.security } })
  t.equal(kept.ended, 'ok', 'kept')
  const own = condition('E11.9', { meta: { security: [{ system: SENSITIVITY, code: 'PSY' }] } })
  t.equal((await askWith(clerk, server, 'POST', 'Condition', own)).ended, 'forbidden', 'put on by the caller')
})
