import t from 'tap'
import { type Access, PERMISSIONS } from '../../../auth/access.ts'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { indexEntries } from '../../../search/index-entries.ts'
import { matches } from '../../../search/matches.ts'
import { restrictionOf } from '../../../search/searcher.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { BASE, type Written } from '../../support/criteria.ts'

const EVERYTHING = ['user/*.cruds', 'user/AuditEvent.cruds', 'chartroom/admin']
const ROLES = [
  'technician',
  'coder',
  'registrar',
  'physician',
  'biller',
  'insurer',
  'auditor',
  'privacy-officer',
  'patient',
  'administrator',
] as const

const roleAccess = (role: string, scopes = EVERYTHING) =>
  accessFor(
    identityWith(scopes, { role, organization: 'acme', fhirUser: { type: 'Practitioner', id: 'me' }, patient: 'p1' }),
  )

const letters = (access: Access, type: string) =>
  PERMISSIONS.filter((one) => restrictionOf(access.may[one], type).kind !== 'none').join('') +
  (type === 'Binary' && access.linkedBinaries ? 'L' : '')

/** What each role has of each type; `L` for Binaries that are judged by what they belong to. */
const TABLE = `
                        technician coder registrar physician biller insurer auditor privacy-officer patient administrator
Patient                 crus       rs    rs        rs        rs     rs      -       rus             rus     -
RelatedPerson           crus       rs    rs        rs        -      -       -       rus             rs      -
Group                   crus       rs    rs        rs        -      -       -       -               -       -
Observation             rs         rs    crus      crus      -      -       -       -               rs      -
Condition               rs         crus  crus      crus      -      -       -       -               rs      -
Procedure               rs         crus  rs        crus      -      -       -       -               rs      -
MedicationRequest       rs         rs    rs        crus      -      -       -       -               rs      -
List                    crus       rs    crus      crus      -      -       -       -               rs      -
QuestionnaireResponse   rs         rs    crus      crus      -      -       -       -               crus    -
DocumentReference       crus       rs    rs        crus      -      -       -       -               rs      -
Composition             crus       rs    rs        crus      -      -       -       -               rs      -
Binary                  cuL        L     L         cuL       -      -       -       -               L       -
Communication           crus       -     rs        crus      -      -       -       -               crs     -
Encounter               rs         rus   rs        crus      rs     -       -       -               rs      -
Appointment             rs         rs    rs        crus      -      -       -       -               rs      -
Claim                   rs         crus  -         -         crus   rs      -       -               rs      -
ClaimResponse           rs         rs    -         -         crus   rs      -       -               rs      -
ExplanationOfBenefit    rs         rs    -         -         crus   rs      -       -               rs      -
Coverage                rs         rs    rs        rs        crus   rs      -       -               rs      -
Account                 rs         rs    -         -         crus   -       -       -               rs      -
Invoice                 rs         -     -         -         crus   -       -       -               rs      -
AuditEvent              -          -     -         -         -      -       rs      rs              -       -
Provenance              rs         rs    rs        rs        -      -       rs      rs              rs      -
Consent                 rs         -     -         rs        -      -       -       crus            rs      -
Task                    crus       crus  crus      crus      rus    -       -       crus            -       -
MeasureReport           crus       -     crus      rs        -      -       -       -               rs      -
Organization            rs         rs    rs        rs        rs     rs      rs      rs              rs      cruds
Practitioner            rs         rs    rs        rs        rs     rs      rs      rs              rs      cruds
Device                  rs         rs    rs        crus      -      -       rs      rs              -       -
Medication              rs         rs    rs        crus      -      -       -       -               rs      cruds
ValueSet                rs         rs    rs        rs        rs     -       -       rs              rs      cruds
SearchParameter         rs         rs    rs        rs        -      -       -       -               rs      cruds
StructureDefinition     rs         rs    rs        rs        -      -       -       -               rs      cruds
Subscription            -          -     -         -         -      -       -       -               -       cruds
`

t.test('role, type and permission', async (t) => {
  const [, head = '', ...rows] = TABLE.split('\n')
  t.strictSame(head.trim().split(/ +/), ROLES)
  t.strictSame([...SHIPPED.keys()].sort(), [...ROLES].sort())
  for (const [at, role] of ROLES.entries()) {
    const access = await roleAccess(role)
    for (const row of rows.filter((one) => one !== '')) {
      const [type = '', ...cells] = row.split(/ +/)
      const wanted = cells[at] === '-' ? '' : cells[at]
      t.equal(letters(access, type), wanted, `${role} ${type}`)
    }
  }
})

/** What a role may ask for without the scope for the whole system. */
const OF_ROLE: Record<string, string[]> = { physician: ['break-glass'], 'privacy-officer': ['screen'] }

t.test('a policy takes away and adds nothing', async (t) => {
  for (const role of ROLES) {
    t.strictSame(letters(await roleAccess(role, ['user/Observation.rs']), 'Patient'), '')
    const read = await roleAccess(role, ['user/*.r', 'patient/Claim.s'])
    for (const type of ['Patient', 'Observation', 'Claim', 'Organization']) {
      t.match(letters(read, type), type === 'Claim' ? /^r?s?$/ : /^r?$/, `${role} ${type}`)
    }
    const { operations } = await roleAccess(role, ['user/*.cruds'])
    t.strictSame(operations, OF_ROLE[role] ?? [], role)
  }
  t.strictSame((await roleAccess('administrator')).operations, ['reindex', 'explain', 'install'])
  t.strictSame((await roleAccess('technician')).operations, [])
})

t.test('a role that has no policy may do nothing', async (t) => {
  for (const role of ['surgeon', '', '__proto__', 'constructor', 'patient@1']) {
    const access = await roleAccess(role, [...EVERYTHING, 'patient/*.rs', 'system/*.rs'])
    for (const { byType, others } of Object.values(access.may))
      t.ok(
        [others, ...Object.values(byType)].every(({ kind }) => kind === 'none'),
        role,
      )
    t.strictSame(access.operations, [], role)
    t.notOk(access.linkedBinaries, role)
  }
})

t.test('a user without a role is judged by scopes, or has no user scopes', async (t) => {
  const scopes = ['user/*.rs', 'patient/Observation.rs', 'system/Claim.r']
  t.equal(letters(await accessFor(scopes), 'Patient'), 'rs')
  const denied = await accessFor(scopes, { unknownRole: 'deny' })
  t.equal(letters(denied, 'Patient'), '')
  t.equal(letters(denied, 'Observation'), 'rs')
  t.equal(letters(denied, 'Claim'), 'r')
  const ofRole = await accessFor(identityWith(scopes, { role: 'technician' }), { unknownRole: 'deny' })
  t.equal(letters(ofRole, 'Patient'), 'rs')
})

const sees = (access: Access, resource: Written & { id?: string }) => {
  const { resourceType: type, id = 'x' } = resource
  return matches(restrictionOf(access.may.r, type), { id, lastUpdated: 0, entries: indexEntries(type, resource, BASE) })
}
const to = (reference: string) => ({ reference })

t.test('a coder reads documents, but no notes of counseling sessions', async (t) => {
  const access = await roleAccess('coder')
  const note = (code: string) => ({
    resourceType: 'DocumentReference',
    type: { coding: [{ system: 'http://loinc.org', code }] },
  })
  t.ok(sees(access, note('18842-5')))
  t.ok(sees(access, { resourceType: 'DocumentReference' }))
  for (const code of ['34865-6', '34864-9', '34790-6']) t.notOk(sees(access, note(code)), code)
  const labelled = {
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSYTHPN' }] },
  }
  t.notOk(sees(access, { ...note('18842-5'), ...labelled }))
  t.notOk(access.writable.Condition?.includes('subject'))
  t.ok(access.writable.Condition?.includes('code'))
})

t.test('an insurer sees its own, and demographics alone', async (t) => {
  const access = await roleAccess('insurer')
  for (const resourceType of ['Claim', 'ClaimResponse', 'ExplanationOfBenefit']) {
    t.ok(sees(access, { resourceType, insurer: to('Organization/acme') }), resourceType)
    t.notOk(sees(access, { resourceType, insurer: to('Organization/other') }), resourceType)
    t.notOk(sees(access, { resourceType, provider: to('Organization/acme') }), resourceType)
    t.notOk(sees(access, { resourceType }), resourceType)
  }
  t.ok(sees(access, { resourceType: 'Coverage', payor: [to('Organization/acme')] }))
  t.notOk(sees(access, { resourceType: 'Coverage', payor: [to('Patient/acme')] }))
  for (const hidden of ['photo', 'contact', 'communication', 'extension']) t.ok(access.hidden.Patient?.includes(hidden))
  for (const shown of ['name', 'birthDate', 'address', 'identifier']) t.notOk(access.hidden.Patient?.includes(shown))
})

t.test('an insurer of no organization sees nothing but the directory', async (t) => {
  for (const organization of [undefined, '', 'a,b', 'a/b', 'acme,Organization/other', '{organization}']) {
    const identity = identityWith(EVERYTHING, {
      role: 'insurer',
      ...(organization === undefined ? {} : { organization }),
    })
    const access = await accessFor(identity)
    for (const type of ['Claim', 'ClaimResponse', 'ExplanationOfBenefit', 'Coverage', 'Patient']) {
      t.equal(letters(access, type), '', `${organization} ${type}`)
    }
    t.equal(letters(access, 'Organization'), 'rs')
  }
})

t.test('a patient with scopes for a user has no more than the own record', async (t) => {
  const identity = identityWith(EVERYTHING, { role: 'patient', fhirUser: { type: 'Patient', id: 'p9' } })
  delete identity.patient
  const access = await accessFor(identity)
  t.ok(sees(access, { resourceType: 'Patient', id: 'p9' }))
  t.notOk(sees(access, { resourceType: 'Patient', id: 'p1', link: [{ other: to('Patient/p9'), type: 'seealso' }] }))
  t.ok(sees(access, { resourceType: 'Observation', subject: to('Patient/p9') }))
  t.notOk(sees(access, { resourceType: 'Observation', subject: to('Patient/p1'), focus: [to('Patient/p9')] }))
  t.notOk(sees(access, { resourceType: 'Group', member: [{ entity: to('Patient/p9') }] }))
  const nobody = await accessFor({ ...identity, fhirUser: { type: 'Practitioner', id: 'p9' } })
  t.equal(letters(nobody, 'Observation'), '')
})

t.test('a scope does not tell of elements that a policy hides', async (t) => {
  const scopes = ['user/Patient.rs?language=en', 'user/Patient.rs?link:missing=true', 'user/Patient.rs?_content=abc']
  for (const scope of scopes) {
    t.equal(letters(await roleAccess('biller', [scope]), 'Patient'), '', scope)
    t.equal(letters(await roleAccess('technician', [scope]), 'Patient'), 'rs', scope)
  }
  t.equal(letters(await roleAccess('biller', ['user/Patient.rs?family=a']), 'Patient'), 'rs')
})
