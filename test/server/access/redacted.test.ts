import t from 'tap'
import { OPEN } from '../../../auth/access.ts'
import { isRedactable, redactedWhole } from '../../../auth/labels/redacted.ts'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { askWith } from '../../support/asking.ts'
import { bearer, hospital } from '../../support/emergency.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const LABELS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const LEVELS = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
const ids = ({ json }: { json: Json }) => (json.entry ?? []).map(({ resource }: Json) => resource.id).sort()

const SECRET = {
  resourceType: 'Observation',
  id: 'secret',
  meta: {
    profile: ['http://example.org/hiv'],
    security: [
      { system: LABELS, code: 'PSYTHPN', display: 'psychotherapy' },
      { extension: [{ url: 'http://example.org/rule', valueString: 'rule' }], system: LEVELS, code: 'V' },
    ],
  },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">told</div>' },
  status: 'final',
  code: { text: 'told' },
  subject: { reference: 'Patient/other', display: 'told' },
  effectivePeriod: {
    start: '2026-01-01',
    end: '2026-01-02',
    extension: [{ url: 'http://example.org/x', valueString: 'told' }],
  },
  issued: '2026-01-03T00:00:00Z',
  _issued: { extension: [{ url: 'http://example.org/x', valueString: 'told' }] },
  performer: [{ display: 'told' }],
  valueDateTime: '2026-01-04',
  note: [{ text: 'told' }],
  extension: [{ url: 'http://example.org/told', valueString: 'told' }],
}

/** Lets physicians see what is labelled a psychotherapy note redacted. */
async function setPolicy({ services: { store, rights } }: TestServer, redact: string[]): Promise<void> {
  const own = SHIPPED.get('physician')!
  const policy = { ...own, labels: { ...own.labels, redact } }
  const change = { kind: 'put', of: 'policy', key: 'physician', value: { number: 1, policy } } as const
  await store.commit({ changes: [], guards: [], state: [change] })
  rights.changed()
}

t.test('what is left of a resource: that it is there, of whom, when, its status', async (t) => {
  const left = JSON.parse(redactedWhole(Buffer.from(JSON.stringify(SECRET)), 'Observation').toString())
  t.strictSame(left, {
    resourceType: 'Observation',
    id: 'secret',
    meta: {
      security: [
        { system: LEVELS, code: 'V' },
        { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' },
      ],
    },
    status: 'final',
    subject: { reference: 'Patient/other' },
    effectivePeriod: { start: '2026-01-01', end: '2026-01-02' },
    issued: '2026-01-03T00:00:00Z',
  })
  for (const type of ['Patient', 'Binary', 'Organization', 'Bundle', 'nothing']) t.notOk(isRedactable(type), type)
  for (const type of ['Condition', 'Coverage', 'Claim', 'DocumentReference']) t.ok(isRedactable(type), type)
})

t.test('a label that a policy redacts for: read by id, and found by nothing', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  await askWith(OPEN, server, 'PUT', 'Observation/secret', SECRET)
  const doctor = await bearer(server)
  t.equal((await server.get('Observation/of-other', doctor)).status, 404, 'no shipped policy redacts')
  await setPolicy(server, [`${LABELS}|PSYTHPN`])
  const shown = await server.get('Observation/of-other', doctor)
  t.match(shown, {
    status: 200,
    json: { id: 'of-other', status: 'final', subject: { reference: 'Patient/other' }, meta: { versionId: '1' } },
  })
  t.strictSame(Object.keys(shown.json).sort(), ['id', 'meta', 'resourceType', 'status', 'subject'])
  t.match(JSON.stringify(shown.json.meta.security), /REDACTED/)
  t.notMatch(shown.text, /PSYTHPN/)
  const etag = { ...doctor, 'if-none-match': shown.headers.etag ?? '' }
  t.equal((await server.get('Observation/of-other', etag)).status, 304)
  t.equal((await server.get('Observation/secret', doctor)).status, 404, 'another label hides it still')
  t.equal((await server.get('Observation/labelled', doctor)).status, 404, 'and so does a Consent')
  t.equal((await server.get('Observation/absent', doctor)).status, 404)
  const finding = [
    'Observation',
    'Observation?_id=of-other',
    'Patient/other/$everything',
    'Patient?_id=other&_revinclude=Observation:patient',
  ]
  for (const path of [...finding, 'Observation?status=final', 'Observation?_security=PSYTHPN']) {
    t.notOk(ids(await server.get(path, doctor)).includes('of-other'), path)
  }
  t.equal((await server.get('Observation?_summary=count', doctor)).json.total, 0)
  t.equal((await server.get('Observation/of-other/_history', doctor)).status, 404)
  t.equal((await server.get('Observation/of-other/_history/1', doctor)).status, 404)
  t.not((await server.put('Observation/of-other', { ...shown.json }, doctor)).status, 200)
  t.not((await server.delete('Observation/of-other', doctor)).status, 200)
  t.equal((await server.services.store.read('Observation', 'of-other'))?.version, 1)
  await askWith(OPEN, server, 'DELETE', 'Observation/of-other')
  t.equal((await server.get('Observation/of-other', doctor)).status, 404, 'what was deleted stays hidden')
})
