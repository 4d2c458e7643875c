import t from 'tap'
import { checkStructure } from '../../../resources/validation/structure/check.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { openServer } from '../../support/server.ts'

const AUDITOR = { role: 'auditor', fhirUser: { type: 'Practitioner', id: 'auditor' } }

t.test('tells that the log is whole, and is on record itself', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p' })
  const { status, json } = await server.get('AuditEvent/$verify')
  t.equal(status, 200)
  t.strictSame(checkStructure(json), [])
  t.match(json.parameter[0], { name: 'whole', valueBoolean: true })
  t.ok(json.parameter[1].valueDecimal >= 1, JSON.stringify(json))
  const records = await server.services.store.audit.find({ keys: [['s verify']] }, 9)
  t.equal(records.length, 1)
  t.equal((await server.post('AuditEvent/$verify', { resourceType: 'Parameters' })).status, 200)
  t.equal((await server.get('AuditEvent/$verify?x=1')).status, 400)
  t.equal((await server.get('Patient/$verify')).status, 404)
})

t.test('takes the right to search the whole log, and `verify` among the operations', async (t) => {
  const server = await openServer(t)
  const ask = async (scopes: string[], more: object) =>
    (await server.as(await accessFor(identityWith(scopes, more))).get('AuditEvent/$verify')).status
  t.equal(await ask(['user/AuditEvent.rs', 'chartroom/admin'], AUDITOR), 200)
  t.equal(await ask(['user/AuditEvent.rs'], AUDITOR), 403, 'without the scope of operations')
  t.equal(await ask(['chartroom/admin'], AUDITOR), 403, 'without AuditEvent.s')
  t.equal(await ask(['user/*.cruds', 'chartroom/admin'], AUDITOR), 403, 'a wildcard is none for the log')
  t.equal(await ask(['user/AuditEvent.rs', 'chartroom/admin'], { ...AUDITOR, role: 'physician' }), 403)
  t.equal(await ask(['patient/AuditEvent.rs', 'chartroom/admin'], { patient: 'p' }), 403)
})
