import fc from 'fast-check'
import t from 'tap'
import { PERMISSIONS } from '../../auth/access.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import { restrictionOf } from '../../search/searcher.ts'
import { accessFor } from '../support/access.ts'
import { BASE } from '../support/criteria.ts'
import { manner } from '../support/oracle/runs.ts'
import { type Plain, smartAllows } from './plain-smart.ts'

const RUNS = 4_000

const some = <V>(...values: V[]) => fc.constantFrom(...values)
const optional = <V>(value: fc.Arbitrary<V>) => fc.option(value, { nil: undefined })

/** Half of them lead to the patient of the token (p1), in each way that a reference has; the others almost do. */
const reference = fc.record({
  reference: some(
    'Patient/p1',
    'Patient/p1',
    'Patient/p1',
    'Patient/p1',
    'Patient/p1/_history/2',
    `${BASE}/Patient/p1`,
    `${BASE}/Patient/p1/_history/1`,
    'Patient/p2',
    'Patient/p11',
    'Patient/P1',
    'Group/p1',
    'Practitioner/p1',
    'RelatedPerson/p1',
    'Organization/o1',
    'http://other.example.org/fhir/Patient/p1',
    '#p1',
    'urn:uuid:6a4c4b0e-6a67-4d0c-9b5e-3d5a5f3f0c11',
  ),
})
const unresolved = some({ display: 'p1' }, { identifier: { value: 'p1' } }, { type: 'Patient', display: 'p1' })
const anyone = fc.oneof({ weight: 4, arbitrary: reference }, { weight: 1, arbitrary: unresolved })
const coding = fc.record({ system: some('http://a', 'http://b'), code: some('x', 'y', 'z') })
const concept = fc.oneof(
  fc.record({
    coding: fc.array(fc.oneof(coding, fc.record({ code: some('x', 'y') })), { minLength: 1, maxLength: 2 }),
  }),
  fc.constant({ text: 'x' }),
)
const concepts = optional(fc.array(concept, { minLength: 1, maxLength: 2 }))
const people = optional(fc.array(anyone, { minLength: 1, maxLength: 2 }))
const id = some('p1', 'p1', 'p2', 'r1')

const elements: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  Patient: { link: optional(fc.array(fc.record({ other: anyone, type: fc.constant('seealso') }), { minLength: 1 })) },
  Observation: {
    status: optional(some('final', 'preliminary')),
    category: concepts,
    code: optional(concept),
    subject: optional(anyone),
    performer: people,
    focus: people,
  },
  Condition: { category: concepts, code: optional(concept), subject: optional(anyone), asserter: optional(anyone) },
  Claim: {
    status: optional(some('active', 'draft')),
    patient: optional(anyone),
    insurer: optional(anyone),
    payee: optional(fc.record({ party: anyone })),
  },
  Coverage: {
    status: optional(some('active', 'draft')),
    policyHolder: optional(anyone),
    subscriber: optional(anyone),
    beneficiary: optional(anyone),
    payor: people,
  },
  Appointment: {
    status: optional(some('booked', 'arrived')),
    participant: optional(fc.array(fc.record({ actor: anyone }), { minLength: 1, maxLength: 2 })),
  },
  DocumentReference: {
    status: optional(some('current', 'superseded')),
    category: concepts,
    subject: optional(anyone),
    author: people,
  },
  List: {
    status: optional(some('current')),
    code: optional(concept),
    subject: optional(anyone),
    source: optional(anyone),
  },
  Group: { code: optional(concept), member: optional(fc.array(fc.record({ entity: anyone }), { minLength: 1 })) },
  Person: { link: optional(fc.array(fc.record({ target: anyone }), { minLength: 1 })) },
  Organization: { active: some(true) },
  Practitioner: { active: some(true) },
  Medication: { code: optional(concept), status: optional(some('active')) },
  Device: { status: optional(some('active')), patient: optional(anyone) },
  Task: { status: some('draft'), for: optional(anyone), owner: optional(anyone) },
  Binary: { contentType: some('text/plain'), securityContext: optional(anyone) },
  AuditEvent: {
    agent: optional(fc.array(fc.record({ who: anyone }), { minLength: 1, maxLength: 2 })),
    entity: optional(fc.array(fc.record({ what: anyone }), { minLength: 1, maxLength: 2 })),
  },
}

const resource: fc.Arbitrary<Plain> = fc.oneof(
  ...Object.entries(elements).map(([resourceType, own]) =>
    fc.record({ resourceType: fc.constant(resourceType), id, ...own }).map((one) => {
      return Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as unknown as Plain
    }),
  ),
)

const tokens = some('x', 'y', 'http://a|x', 'http://b|y', '|x', 'x,y', 'final', 'active', 'current,booked')
const pair = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(some('category', 'code', 'status', 'category:not', 'code:not', 'status:not'), tokens),
  },
  fc.tuple(
    some('category', 'code', 'subject', 'performer', 'status').map((one) => `${one}:missing`),
    some('true', 'false'),
  ),
  fc.tuple(
    some('subject', 'performer', 'focus', 'asserter', 'insurer', 'payor', 'actor', 'author', 'source'),
    some('Patient/p1', 'Organization/o1', 'Patient/p2,Group/p1'),
  ),
  fc.tuple(fc.constant('_id'), some('p1', 'r1', 'p1,r1')),
  fc.tuple(some('colour', 'code:wrong', 'constructor'), fc.constant('x')),
)
const query = fc
  .array(pair, { minLength: 1, maxLength: 2 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&'))
const scopeFor = (type: string) =>
  fc
    .tuple(
      some('patient', 'patient', 'user', 'system'),
      fc.oneof({ weight: 3, arbitrary: fc.constant(type) }, some('*'), some(...Object.keys(elements))),
      some('read', 'write', '*', 'cruds', 'rs', 'rs', 'r', 's', 'cud', 'u', 'sr', 'rr'),
      fc.option(query, { nil: undefined, freq: 2 }),
    )
    .map(([level, named, letters, asked]) => `${level}/${named}.${letters}${asked === undefined ? '' : `?${asked}`}`)
/** Nothing else is stored. */
const empty = (type: string) => ({ type, resources: () => [] })

/** A resource, and scopes that have to do with it. */
const asked = resource.chain((one) =>
  fc.tuple(fc.array(scopeFor(one.resourceType), { minLength: 1, maxLength: 3 }), fc.constant(one)),
)

t.test('scopes let be done with a resource what SMART says, and no more', async (t) => {
  const seen = { yes: 0, no: 0 }
  await fc.assert(
    fc.asyncProperty(asked, async ([scopes, one]) => {
      const { may, linkedBinaries } = await accessFor(scopes)
      const facts = { id: one.id, lastUpdated: 0, entries: indexEntries(one.resourceType, one, BASE) }
      for (const permission of PERMISSIONS) {
        const isAllowed = matches(restrictionOf(may[permission], one.resourceType), facts, empty(one.resourceType))
        const wanted = smartAllows(scopes, 'p1', permission, one)
        // Where DocumentReferences are narrowed, Binaries are judged by them and not by themselves.
        if (one.resourceType === 'Binary' && 'rs'.includes(permission) && (linkedBinaries || permission === 's')) {
          if (isAllowed && (permission === 'r' || !wanted))
            throw new Error('a Binary that is to be judged by what it belongs to')
          continue
        }
        if (isAllowed !== wanted) throw new Error(`${permission}: ${isAllowed}, but SMART says ${wanted}`)
        seen[wanted ? 'yes' : 'no']++
      }
    }),
    manner(RUNS),
  )
  t.ok(seen.yes > RUNS / 10 && seen.no > RUNS / 10, `${seen.yes} times yes, ${seen.no} times no`)
})
