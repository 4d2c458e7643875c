import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { decodeRecord, encodeDeed } from '../../../auth/audit/codec.ts'
import type { Deed, RecordedDeed } from '../../../auth/audit/deed.ts'
import { CHAIN_EXTENSION, eventsOf, facetsOf } from '../../../auth/audit/events.ts'
import { checkStructure } from '../../../resources/validation/structure/check.ts'
import { Balp, skip } from './balp.ts'
import { anyDeed, PLAIN, recordsOf } from './deeds.ts'

const BASE = 'https://fhir.test/fhir'
const PROFILE = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.'

function recorded(deed: Deed): RecordedDeed {
  return decodeRecord(recordsOf(encodeDeed(deed))[0]!)
}

function events(deed: Deed) {
  return eventsOf(recorded(deed), BASE)
}

/** What a ward's app does for a nurse. */
const NURSE: Deed = {
  ...PLAIN,
  agent: { user: 'Practitioner/n', subject: 'nurse', client: 'ward', role: 'nurse', token: 'jti-1', organization: 'o' },
  from: '10.1.2.3',
  purposes: ['TREAT'],
  decidedBy: ['policy/nurse|2', 'Consent/c'],
  request: 'request-1',
}

const PART = { type: 'Observation', id: 'x', version: 3, patients: ['p'] }

const DEEDS: Record<string, Deed> = {
  PatientRead: { ...NURSE, type: 'Observation', parts: [PART] },
  Read: { ...NURSE, code: 'vread', parts: [{ ...PART, patients: [] }] },
  PatientQuery: {
    ...NURSE,
    code: 'search-type',
    type: 'Observation',
    query: 'Observation?code=1',
    patients: ['p', 'q'],
    count: 5,
  },
  Query: { ...NURSE, code: 'search-system', query: '?_type=Medication' },
  PatientCreate: { ...NURSE, code: 'create', action: 'C', parts: [PART] },
  Create: { ...NURSE, code: 'update', action: 'U', parts: [{ ...PART, action: 'C', patients: [] }] },
  PatientUpdate: { ...NURSE, code: 'patch', action: 'U', query: 'Observation?identifier=1', parts: [PART] },
  Update: { ...NURSE, code: 'update', action: 'U', parts: [{ ...PART, patients: [] }] },
  PatientDelete: { ...NURSE, code: 'delete', action: 'D', parts: [PART] },
  Delete: { ...NURSE, code: 'delete', action: 'D', parts: [{ ...PART, patients: [] }] },
  'PrivacyDisclosure.Source': { ...NURSE, kind: 'application', code: 'export', parts: [PART] },
}

t.test('each event has the structure of an AuditEvent', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyDeed, (deed) => {
        const found = events({ ...deed, at: deed.at % 4e12 })
        assert.ok(found.length > 0)
        for (const event of found) {
          const issues = checkStructure(JSON.parse(JSON.stringify(event)))
          assert.deepStrictEqual(issues, [], JSON.stringify(event))
        }
        assert.equal(new Set(found.map(({ id }) => id)).size, found.length)
      }),
      { numRuns: 2_000 },
    ),
  )
})

t.test('says that it keeps to the profile of IHE BALP for what it is', async (t) => {
  for (const [name, deed] of Object.entries(DEEDS)) {
    for (const { meta } of events(deed)) {
      t.strictSame(meta.profile, [`${PROFILE}${name}`, `${PROFILE}OAUTHaccessTokenUse.Comprehensive`], name)
    }
  }
  t.equal(events({ ...DEEDS.Read!, outcome: '4' })[0]!.meta.profile?.length, 1, 'not of what was refused')
  t.equal(events({ ...PLAIN, parts: [PART] })[0]!.meta.profile, undefined, 'nor where it is not known where from')
  t.equal(events({ ...NURSE, agent: {}, parts: [PART] })[0]!.meta.profile?.length, 1, 'nor a token without one')
})

t.test('keeps to the profiles that it names', { skip }, async (t) => {
  const balp = await Balp.read()
  const named = new Set<string>()
  const check = (deed: Deed) => {
    for (const event of events(deed)) {
      for (const profile of event.meta.profile ?? []) {
        named.add(profile)
        const plain = JSON.parse(JSON.stringify(event))
        assert.deepStrictEqual(balp.faults(plain, profile), [], JSON.stringify(event, undefined, 2))
      }
    }
  }
  for (const deed of Object.values(DEEDS)) check(deed)
  t.equal(named.size, 12)
  fc.assert(fc.property(anyDeed, check), { numRuns: 2_000 })

  const faults = balp.examples.flatMap((event) =>
    (event.meta as { profile: string[] }).profile.flatMap((url) => balp.faults(event, url)),
  )
  t.strictSame(faults, [], 'as its own examples do')
  t.ok(balp.examples.length > 40)
  const [read] = events(DEEDS.PatientRead!)
  t.strictSame(balp.faults({ ...read, action: 'U' }, `${PROFILE}PatientRead`), ['AuditEvent.action: "U"'])
  t.match(balp.faults({ ...read, entity: read!.entity!.slice(1) }, `${PROFILE}PatientRead`), [
    'AuditEvent.entity:data: 0',
  ])
})

t.test('a read tells who, by which app, for which organization, what, about whom, and by which request', async (t) => {
  const [event, ...more] = events(DEEDS.PatientRead!)
  t.strictSame(more, [])
  t.match(event, {
    resourceType: 'AuditEvent',
    id: 'a-00000001.0',
    meta: { versionId: '1', lastUpdated: '2025-11-29T00:41:52.345Z' },
    recorded: '2025-11-29T00:41:52.345Z',
    period: { start: '2025-11-29T00:41:52.000Z', end: '2025-11-29T00:41:52.345Z' },
    action: 'R',
    outcome: '0',
    purposeOfEvent: [{ coding: [{ code: 'TREAT' }] }],
    source: { site: 'fhir.test', observer: { display: 'chartroom' }, type: [{ code: '4' }] },
  })
  t.match(event!.agent, [
    {
      who: { identifier: { value: 'ward' } },
      requestor: false,
      network: { address: '10.1.2.3', type: '2' },
      policy: ['policy/nurse|2', 'Consent/c'],
    },
    { network: { address: BASE, type: '5' } },
    {
      who: { reference: 'Practitioner/n', identifier: { value: 'nurse' } },
      altId: 'nurse',
      requestor: true,
      policy: ['jti-1'],
    },
    { type: { coding: [{ code: '110150' }] }, who: { identifier: { value: 'ward' } } },
    { who: { reference: 'Organization/o' } },
  ])
  t.match(event!.entity, [
    { what: { reference: 'Observation/x/_history/3' } },
    { what: { reference: 'Patient/p' } },
    { what: { identifier: { value: 'request-1' } } },
    { what: { reference: 'Consent/c' } },
  ])
  t.match(event!.extension, [
    {
      url: CHAIN_EXTENSION,
      extension: [{ valueString: 'a' }, { valueString: '1' }, { valueString: /^[0-9a-f]{64}$/ }],
    },
  ])
})

t.test('a search is one event for each patient disclosed, or one where there is none', async (t) => {
  const found = events(DEEDS.PatientQuery!)
  t.strictSame(
    found.map(({ id }) => id),
    ['a-00000001.0', 'a-00000001.1'],
  )
  for (const [at, patient] of ['p', 'q'].entries()) {
    const [query, about] = found[at]!.entity!
    t.equal(Buffer.from(query!.query!, 'base64').toString(), 'Observation?code=1')
    t.equal(about!.what!.reference, `Patient/${patient}`)
  }
  t.equal(events({ ...DEEDS.PatientQuery!, patients: [] }).length, 1)
})

t.test('a transaction is an event for each part, told as what was done to that', async (t) => {
  const parts = [
    { ...PART, action: 'C' as const },
    { ...PART, id: 'y', action: 'D' as const },
    { ...PART, id: 'z', action: 'U' as const, patients: ['p', 'q'] },
    { ...PART, id: 'r', action: 'R' as const, patients: [] },
  ]
  const found = events({ ...NURSE, code: 'transaction', action: 'E', parts })
  t.strictSame(
    found.map(({ action }) => action),
    ['C', 'D', 'U', 'U', 'R'],
  )
  t.strictSame(
    found.map(({ subtype }) => subtype!.map(({ code }) => code)[0]),
    ['create', 'delete', 'update', 'update', 'read'],
  )
  t.ok(found.every(({ subtype }) => subtype!.at(-1)!.code === 'transaction'))
  t.strictSame(
    events({ ...NURSE, code: 'transaction', action: 'E', outcome: '4' }).length,
    1,
    'refused as a whole it is one',
  )
})

t.test('what is no request of the API is told by the codes of DICOM', async (t) => {
  const security = (code: string) => events({ ...NURSE, kind: 'security', code, action: 'E' })[0]!
  t.match(security('login'), {
    type: { code: '110114' },
    subtype: [{ code: '110122', display: 'Login' }, { code: 'login' }],
  })
  t.match(security('refused'), { type: { code: '110113' }, source: { type: [{ code: '6' }] } })
  t.match(security('break-glass'), { subtype: [{ code: '110127', display: 'Emergency Override Started' }, {}] })
  const [start] = events({ ...PLAIN, kind: 'application', code: 'start', action: 'E', agent: { system: 'server' } })
  t.match(start, {
    type: { code: '110100' },
    subtype: [{ code: '110120' }, {}],
    agent: [{ who: { display: 'server' }, requestor: true }, {}],
  })
})

t.test('an event from elsewhere stays as it was sent, but for id, meta and chain', async (t) => {
  const event = {
    resourceType: 'AuditEvent',
    id: 'theirs',
    meta: { security: [{ code: 'R' }], versionId: '7' },
    extension: [
      { url: CHAIN_EXTENSION, valueString: 'forged' },
      { url: 'http://x', valueString: 'y' },
    ],
    type: { code: 'x' },
    outcomeDesc: 'fine',
  }
  const [found] = events({ ...PLAIN, kind: 'external', code: 'create', event })
  t.match(found, {
    id: 'a-00000001.0',
    meta: { security: [{ code: 'R' }], versionId: '1' },
    outcomeDesc: 'fine',
    type: { code: 'x' },
  })
  t.strictSame(
    found!.extension!.map(({ url }) => url),
    ['http://x', CHAIN_EXTENSION],
  )
  t.notMatch(JSON.stringify(found), /forged/)
})

t.test('facets are counted without making events of them', async (t) => {
  const deed = recorded({ ...DEEDS.PatientQuery!, patients: Array.from({ length: 1_000 }, (_, at) => `p${at}`) })
  t.equal(facetsOf(deed).length, 1_000)
})
