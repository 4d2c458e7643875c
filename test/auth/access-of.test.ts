import t from 'tap'
import { type Access, type Asked, demand, type Permission, scopeMissing } from '../../auth/access.ts'
import { callerOf } from '../../auth/access-of.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { restrictionOf } from '../../search/searcher.ts'
import { accessFor, identityWith } from '../support/access.ts'
import { writeOf } from '../support/facts.ts'
import { openStore } from '../support/stores.ts'

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

t.test('Binaries are judged by what they belong to wherever documents are narrowed', async (t) => {
  const all = await accessFor(['user/*.rs'])
  t.equal(kinds(all, 'Binary'), 'rs')
  t.notOk(all.linkedBinaries)
  const alone = await accessFor(['user/Binary.r'])
  t.equal(kinds(alone, 'Binary'), 'r')
  t.notOk(alone.linkedBinaries)
  const narrowed = [
    ['user/Binary.rs', 'user/DocumentReference.rs?status=current'],
    ['patient/*.rs'],
    ['patient/Binary.r'],
    ['user/Binary.rs', 'patient/DocumentReference.rs'],
  ]
  for (const scopes of narrowed) {
    const access = await accessFor(scopes)
    t.equal(kinds(access, 'Binary'), '', `${scopes}`)
    t.equal(access.linkedBinaries, true, `${scopes}`)
    t.strictSame(access.linkedBinariesMeet, { kind: 'all' })
  }
  for (const scopes of [['patient/DocumentReference.rs'], ['patient/Binary.s'], ['patient/Binary.r?_id=1'], []]) {
    t.notOk((await accessFor(scopes)).linkedBinaries, `${scopes}`)
  }
})

t.test('the words of a refusal name what is missing, and nothing else', async (t) => {
  const access = await accessFor(['user/Observation.rs?category=laboratory'])
  const missing = (asked: Asked) => scopeMissing(access, asked)
  t.equal(missing({ interaction: 'read', type: 'Observation' }), undefined)
  t.equal(missing({ interaction: 'read', type: 'Patient' }), 'a scope with Patient.r')
  t.equal(missing({ interaction: 'update', type: 'Observation' }), 'a scope with Observation.u')
  t.equal(missing({ interaction: 'history-type', type: 'Claim' }), 'a scope with Claim.s')
  t.equal(missing({ interaction: 'operation', type: 'Patient', operation: 'everything' }), 'a scope with Patient.s')
  t.equal(missing({ interaction: 'search-system' }), undefined)
  t.equal(missing({ interaction: 'operation', operation: 'reindex' }), 'the scope chartroom/admin')
  t.equal(missing({ interaction: 'search-type', type: 'Observation', explain: true }), 'the scope chartroom/admin')
  for (const interaction of ['capabilities', 'bundle'] as const)
    t.equal(missing({ interaction }), undefined, interaction)
  const nothing = await accessFor(['user/Observation.r'])
  t.equal(scopeMissing(nothing, { interaction: 'search-system' }), 'a scope with *.s')
  t.equal(scopeMissing(nothing, { interaction: 'history-system' }), 'a scope with *.s')
  t.throws(() => demand(nothing, { interaction: 'delete', type: 'Observation' }), FhirError)
  const admin = await accessFor(['chartroom/admin'])
  t.equal(scopeMissing(admin, { interaction: 'operation', operation: 'reindex' }), undefined)
})

t.test('while entries may be missing, what asks for their absence gives nothing', async (t) => {
  const lacks = ({ code }: { code: string }) => code === 'category'
  const table: [string, string][] = [
    ['category:not=laboratory', ''],
    ['category:missing=true', ''],
    ['_filter=category%20ne%20laboratory', ''],
    ['category=laboratory', 'rs'],
    ['status:not=final', 'rs'],
  ]
  for (const [query, wanted] of table) {
    t.equal(kinds(await accessFor([`user/Observation.rs?${query}`], { lacks }), 'Observation'), wanted, query)
  }
})

t.test('value sets in scopes are looked up', async (t) => {
  const { store, searcher } = await openStore(t)
  const valueSet = {
    resourceType: 'ValueSet',
    id: 'v',
    url: 'http://v',
    status: 'active',
    compose: { include: [{ system: 'http://a', concept: [{ code: 'x' }] }] },
  }
  await store.commit({ changes: [writeOf(valueSet)], guards: [] })
  const scope = 'user/Observation.rs?code:in=http://v'
  const access = await accessFor([scope], { searcher })
  t.match(gives(access, 'Observation', 'r'), { kind: 'token', tests: [{ system: 'http://a', code: 'x' }] })
  t.equal(kinds(await accessFor(['user/Observation.rs?code:in=http://other'], { searcher }), 'Observation'), '')
  t.equal(kinds(await accessFor([scope]), 'Observation'), '', 'where nothing can be looked up')
})

t.test('the scopes of one token are bounded', async (t) => {
  const many = Array.from({ length: 300 }, (_, at) => `user/Observation.rs?_id=${at}`)
  const expression = gives(await accessFor(many), 'Observation', 'r')
  t.equal(expression.kind === 'or' && expression.parts.length, 256)
  const ids = (at: number) => Array.from({ length: 400 }, (_, id) => (at * 400 + id).toString(36)).join()
  const long = Array.from({ length: 200 }, (_, at) => `user/Observation.rs?_id=${ids(at)}`)
  const cut = gives(await accessFor(long), 'Observation', 'r')
  t.ok(cut.kind === 'or' && cut.parts.length < 60)
})

t.test('the caller is who has the same token rights', async (t) => {
  const one = identityWith(['user/*.rs', 'openid'])
  t.equal(callerOf(one), callerOf({ ...one, scopes: ['openid', 'user/*.rs'], expires: 5 }))
  t.match(callerOf(one), /^[A-Za-z0-9_-]{43}$/)
  const others = [{ issuer: 'x' }, { subject: 'x' }, { client: 'x' }, { patient: 'x' }, { scopes: ['openid'] }]
  for (const other of others) t.not(callerOf(one), callerOf({ ...one, ...other }), JSON.stringify(other))
})
