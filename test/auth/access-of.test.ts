import t from 'tap'
import type { Access, Permission } from '../../auth/access.ts'
import { callerOf } from '../../auth/access-of.ts'
import { restrictionOf } from '../../search/searcher.ts'
import { accessFor, identityWith } from '../support/access.ts'

const gives = ({ may }: Access, type: string, permission: Permission) => restrictionOf(may[permission], type)
const kinds = (access: Access, type: string) =>
  (['c', 'r', 'u', 'd', 's'] as const).filter((one) => gives(access, type, one).kind !== 'none').join('')

t.test('a scope gives the permissions that it names, of its type', async (t) => {
  const access = await accessFor(['user/Observation.rs', 'system/Claim.write'])
  t.equal(kinds(access, 'Observation'), 'rs')
  t.equal(kinds(access, 'Claim'), 'cud')
  t.equal(kinds(access, 'Patient'), '')
  t.strictSame(gives(access, 'Observation', 'r'), { kind: 'all' })
})

t.test('without scopes, and with malformed ones alone, there is nothing', async (t) => {
  for (const scopes of [[], ['patient/Observation.sr', 'user/*', 'nonsense', 'openid']]) {
    const access = await accessFor(scopes)
    for (const type of ['Patient', 'Observation', 'AuditEvent', 'Organization']) t.equal(kinds(access, type), '', type)
    t.strictSame(access.operations, [])
  }
})

t.test('a wildcard opens neither AuditEvent nor the operations of the system', async (t) => {
  for (const scope of ['user/*.cruds', 'system/*.*', 'patient/*.cruds', 'system/*.rs?_lastUpdated=gt2000']) {
    const access = await accessFor([scope])
    t.equal(kinds(access, 'AuditEvent'), '', scope)
    t.not(kinds(access, 'Observation'), '', scope)
    t.strictSame(access.operations, [], scope)
  }
  t.equal(kinds(await accessFor(['system/AuditEvent.rs']), 'AuditEvent'), 'rs')
  t.equal((await accessFor(['chartroom/admin'])).operations, 'all')
})

t.test('a scope for a patient gives the compartment', async (t) => {
  const access = await accessFor(['patient/*.cruds'])
  t.strictSame(gives(access, 'Patient', 'r'), { kind: 'id', ids: ['p1'] })
  t.match(gives(access, 'Observation', 's'), { kind: 'or', parts: [{ param: 'subject' }, { param: 'performer' }] })
  t.equal(kinds(access, 'Group'), '')
  t.equal(kinds(access, 'Organization'), 'rs')
  t.equal(kinds(access, 'Device'), '')
  t.equal(kinds(access, 'Subscription'), '')
  t.equal(kinds(await accessFor(['patient/*.cruds'], { sharedTypes: [] }), 'Organization'), '')
})

t.test('without a patient a scope for one gives nothing', async (t) => {
  const nobody = identityWith(['patient/*.cruds'])
  delete nobody.patient
  for (const identity of [
    nobody,
    { ...nobody, patient: '' },
    { ...nobody, patient: 'a/b' },
    { ...nobody, patient: 'a,b' },
  ]) {
    const access = await accessFor(identity)
    for (const type of ['Patient', 'Observation', 'Organization']) t.equal(kinds(access, type), '', type)
  }
})

t.test('scopes of a type are united; one for all of it absorbs the others', async (t) => {
  const two = await accessFor(['user/Observation.rs?category=laboratory', 'user/Observation.r?code=a&status=final'])
  t.match(gives(two, 'Observation', 'r'), { kind: 'or', parts: [{ kind: 'token' }, { kind: 'and' }] })
  t.match(gives(two, 'Observation', 's'), { kind: 'token', param: 'category' })
  const all = await accessFor(['user/Observation.rs?category=laboratory', 'user/*.r'])
  t.strictSame(gives(all, 'Observation', 'r'), { kind: 'all' })
  t.match(gives(all, 'Observation', 's'), { kind: 'token', param: 'category' })
})

t.test('criteria that cannot be kept to give nothing', async (t) => {
  const scopes = [
    'user/Observation.rs?unknown=1',
    'user/Observation.rs?category=laboratory&unknown=1',
    'user/Observation.rs?category:wrong=laboratory',
    'user/Observation.rs?date=yesterday',
    'user/Observation.rs?code=,',
    'user/Observation.rs?patient.name=a',
    'user/Observation.rs?subject:Patient.name=a',
    'user/Observation.rs?_has:Provenance:target:agent=Practitioner/1',
    'user/Observation.rs?_list=1',
    'user/Observation.rs?_filter=patient.name%20eq%20a',
    'user/Observation.rs?code:in=http://nowhere',
    'user/Observation.rs?_contained=true',
    'user/Observation.rs?_query=x',
  ]
  for (const scope of scopes) t.equal(kinds(await accessFor([scope]), 'Observation'), '', scope)
})

t.test('a wildcard with criteria is for the types that know them', async (t) => {
  const access = await accessFor(['user/*.rs?insurer=Organization/x'])
  t.match(gives(access, 'Claim', 'r'), { kind: 'reference', param: 'insurer' })
  t.equal(kinds(access, 'Observation'), '')
  t.equal(kinds(access, 'Patient'), '')
})

t.test('the caller is who has the same token rights', async (t) => {
  const one = identityWith(['user/*.rs', 'openid'])
  t.equal(callerOf(one), callerOf({ ...one, scopes: ['openid', 'user/*.rs'], expires: 5 }))
  t.match(callerOf(one), /^[A-Za-z0-9_-]{43}$/)
  const others = [{ issuer: 'x' }, { subject: 'x' }, { client: 'x' }, { patient: 'x' }, { scopes: ['openid'] }]
  for (const other of others) t.not(callerOf(one), callerOf({ ...one, ...other }), JSON.stringify(other))
})
