import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { accessFor, identityWith } from '../../support/access.ts'
import { openIssuer } from '../../support/issuer.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'
import { forged, inSeconds, signingKey } from '../../support/tokens.ts'
import { observation, writeTwoPatients } from '../../support/two-patients.ts'

/**
 * The places where other servers leaked, by their numbers in design/field.md. Each has tests of its name ("leak 7: …"), in
 * this file and beside it. What is not built yet brings its own with it: `$export` and its files (6, 7), subscriptions, bulk
 * jobs and `$graphql` (10), and `$merge` (9) with the issues that build them; the audit log (17) with issue 8.
 */
const TO_COME = new Set([10])
const ITEMS = 17

t.test('each place where others leaked has its tests', async (t) => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  const text = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n')
  for (let item = 1; item <= ITEMS; item++) {
    const isTested = new RegExp(`t\\.test\\(\\s*['"]leak ${item}: `).test(text)
    t.equal(isTested, !TO_COME.has(item), `leak ${item}`)
  }
})

/** A server with two patients, and what an app for one of them is given by its token. */
async function withApp(t: Parameters<typeof openServer>[0], ...scopes: string[]) {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const access = await accessFor(identityWith(scopes, { patient: 'a' }), { context: { baseUrl: BASE } })
  return { open, app: open.as(access) }
}

async function names(server: TestServer, path: string): Promise<string[] | number> {
  const { status, json } = await server.get(path)
  if (status !== 200) return status
  const all: Json[] = (json.entry ?? []).map(({ resource }: Json) => resource)
  return all.map(({ resourceType, id }) => `${resourceType}/${id}`).sort()
}

const event = {
  resourceType: 'AuditEvent',
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
  recorded: '2024-01-01T00:00:00Z',
  agent: [{ requestor: true, who: { reference: 'Practitioner/gp' } }],
  source: { observer: { display: 'this' } },
  entity: [{ what: { reference: 'Patient/a' } }],
}

t.test(
  'leak 6: AuditEvents come by no wildcard: not in $everything, _revinclude, _has or a search of all',
  async (t) => {
    const { open, app } = await withApp(t, 'patient/*.cruds', 'user/*.cruds')
    const { id } = (await open.post('AuditEvent', event)).json
    t.match(await names(open, `AuditEvent?patient=Patient/a&_id=${id}`), [`AuditEvent/${id}`], 'it is there')
    for (const path of ['Patient/a/$everything', 'Patient?_id=a&_revinclude=*', 'Patient/a/*', '_history']) {
      for (const server of [open, app]) {
        const { status, text } = await server.get(path)
        t.equal(status, 200, path)
        t.notMatch(text, /AuditEvent/, path)
      }
    }
    for (const path of ['Patient?_id=a&_revinclude=AuditEvent:patient', 'Patient?_has:AuditEvent:patient:action=R']) {
      t.equal(await names(app, path), 400, path)
      t.equal(await names(open, path), 400, path)
    }
    t.equal(await names(app, 'AuditEvent'), 403)
    t.equal(await names(app, `AuditEvent/${id}`), 403)
  },
)

t.test('leak 6: a Group shows no member to who may not see them', async (t) => {
  const { open, app } = await withApp(t, 'patient/*.cruds')
  const member = ['a', 'b'].map((id) => ({ entity: { reference: `Patient/${id}` } }))
  await open.put('Group/g', { resourceType: 'Group', id: 'g', type: 'person', actual: true, member })
  t.strictSame(await names(open, 'Group?member=Patient/a'), ['Group/g'])
  t.equal(await names(app, 'Group?member=Patient/a'), 403)
  t.equal(await names(app, 'Group/g'), 403)
  t.notMatch((await app.get('Patient/a/$everything')).text, /Group\/g/)
  t.strictSame(await names(app, 'Patient?_has:Group:member:_id=g'), [])
  t.strictSame(await names(app, 'Patient?_id=a&_revinclude=Group:member'), ['Patient/a'])
})

t.test('leak 8: of what R4 puts into no compartment, a token for a patient gives nothing', async (t) => {
  const { open, app } = await withApp(t, 'patient/*.cruds', 'patient/Task.cruds')
  const task = { resourceType: 'Task', id: 't', status: 'requested', intent: 'order', for: { reference: 'Patient/a' } }
  t.equal((await open.put('Task/t', task)).status, 201)
  for (const path of ['Task', 'Task/t', 'Task/t/_history', 'Task?subject=Patient/a'])
    t.equal(await names(app, path), 403, path)
  t.equal((await app.post('Task', { ...task, id: undefined })).status, 403)
  t.strictSame(await names(app, 'Patient?_has:Task:subject:_id=t'), [])
})

t.test('leak 3: a patient who is referred to otherwise than by the compartment shows nothing', async (t) => {
  const { open, app } = await withApp(t, 'patient/*.cruds')
  await open.put('Observation/about', observation('about', 'b', { focus: [{ reference: 'Patient/a' }] }))
  t.strictSame(await names(open, 'Observation?focus=Patient/a'), ['Observation/about'])
  t.strictSame(await names(app, 'Observation?focus=Patient/a'), [])
  t.equal(await names(app, 'Observation/about'), 404)
  t.strictSame(await names(app, 'Patient?_id=a&_revinclude=Observation:focus'), ['Patient/a'])
})

t.test(
  'leak 14: tokens that are not of the issuer, for this server, or access tokens at all, open nothing',
  async (t) => {
    const issuer = await openIssuer(t)
    const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
    const stranger = { ...(await signingKey('first')), kid: issuer.keys[0]!.kid }
    const claims = { iss: issuer.url, aud: BASE, sub: 'x', client_id: 'x', scope: 'user/*.rs', exp: inSeconds(300) }
    const tokens: Record<string, string> = {
      expired: await issuer.token({ exp: inSeconds(-600) }),
      'of later': await issuer.token({ nbf: inSeconds(600) }),
      'for another server': await issuer.token({ aud: 'https://other.example.org/fhir' }),
      'of another issuer': await issuer.token({ iss: 'https://other.example.org' }),
      'of a key that is not the issuer’s': await issuer.token({}, stranger),
      'alg none': forged({ alg: 'none', typ: 'at+jwt' }, claims, ''),
      'its key in the header': forged({ alg: 'ES256', typ: 'at+jwt', jwk: stranger.jwk }, claims),
      'jku in the header': forged({ alg: 'ES256', typ: 'at+jwt', kid: 'x', jku: `${issuer.url}/other` }, claims),
      'an ID token': await issuer.token({ nonce: 'n', aud: 'app' }),
      'no JWT': 'secret',
    }
    t.equal((await server.get('Patient', await issuer.bearer())).status, 200, 'a good one comes in')
    for (const [words, token] of Object.entries(tokens)) {
      const reply = await server.get('Patient', { authorization: `Bearer ${token}` })
      t.equal(reply.status, 401, words)
      t.match(reply.headers['www-authenticate'], /error="invalid_token"/, words)
      t.equal((await server.get(`Patient?access_token=${token}`)).status, 400, `${words}, in the URL`)
    }
    t.notOk(issuer.asked.includes('/other'), 'nothing is fetched that a token names')
  },
)
