import t from 'tap'
import { openServer } from '../../support/server.ts'

const PATIENT = { resourceType: 'Patient', birthDate: '1970-01-01', active: true }
const BROKEN = `{
  "resourceType": "Patient",
  "birthDate": "1970-13-01",
  "name": [{"family": "Test"},
    {"family": 7}]
}`

interface Said {
  severity: string
  code: string
  expression?: string[]
  diagnostics: string
  extension?: { url: string; valueString?: string; valueInteger?: number }[]
}

const told = ({ extension = [], severity, expression }: Said) => {
  const own = (name: string) => extension.find(({ url }) => url.endsWith(`-${name}`))
  return {
    severity,
    expression: expression?.[0],
    line: own('line')?.valueInteger,
    column: own('col')?.valueInteger,
    id: own('message-id')?.valueString,
  }
}

t.test('says that nothing is wrong', async (t) => {
  const server = await openServer(t)
  const { status, json } = await server.post('Patient/$validate', PATIENT)
  t.equal(status, 200)
  t.equal(json.resourceType, 'OperationOutcome')
  t.equal(json.issue.length, 1)
  t.match(told(json.issue[0]), { severity: 'information', id: 'all-ok' })
  t.equal((await server.get('Patient')).json.entry, undefined, 'nothing is kept')
})

t.test('tells line and column in the body as it was sent', async (t) => {
  const server = await openServer(t)
  const { status, json } = await server.post('Patient/$validate', BROKEN)
  t.equal(status, 200)
  t.match(json.issue.map(told), [
    { severity: 'error', expression: 'Patient.birthDate', line: 3, column: 3 },
    { severity: 'error', expression: 'Patient.name[1].family', line: 5, column: 6 },
  ])
})

t.test('takes the resource in a Parameters, with its mode and profiles', async (t) => {
  const server = await openServer(t)
  const body = `{"resourceType": "Parameters", "parameter": [
    {"name": "mode", "valueCode": "create"},
    {"name": "resource", "resource": ${BROKEN}}
  ]}`
  const { status, json } = await server.post('Patient/$validate', body)
  t.equal(status, 200)
  t.match(told(json.issue[0]), { expression: 'Patient.birthDate', line: 5, column: 3 })
  const unknown = await server.post('Patient/$validate?profile=http://example.org/nowhere', PATIENT)
  t.match(told(unknown.json.issue[0]), { severity: 'error', id: 'profile-not-held' })
})

t.test('answers what is no JSON with its line and column', async (t) => {
  const server = await openServer(t)
  for (const [body, line, column] of [
    ['{"resourceType": "Patient",\n "active": tru}', 2, 12],
    ['{"resourceType": "Patient",\n "active": true,\n "active": true}', 3, 2],
    ['{"resourceType": "Patient"', 1, 27],
  ] as const) {
    const { status, json } = await server.post('Patient/$validate', body)
    t.equal(status, 200)
    t.match(json.issue.map(told), [{ severity: 'fatal', line, column }])
  }
  const { status, json } = await server.post('Patient', '{"resourceType": "Patient",\n "active": tru}')
  t.equal(status, 400, 'a create of it is refused')
  t.match(told(json.issue[0]), { severity: 'error', line: 2, column: 12 })
})

t.test('another type than that of the URL is an issue', async (t) => {
  const server = await openServer(t)
  for (const body of [{ resourceType: 'Observation' }, { active: true }, { resourceType: 'Nothing' }]) {
    const { status, json } = await server.post('Patient/$validate', body)
    t.equal(status, 200)
    t.match(json.issue.map(told), [{ severity: 'error', id: 'resource-type' }])
  }
})

t.test('validates what is stored', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/a', { ...PATIENT, id: 'a' })
  for (const reply of [
    await server.get('Patient/a/$validate'),
    await server.post('Patient/a/$validate', undefined),
    await server.post('Patient/a/$validate', { resourceType: 'Parameters' }),
    await server.get('Patient/a/$validate?mode=profile'),
  ]) {
    t.equal(reply.status, 200)
    t.match(reply.json.issue.map(told), [{ severity: 'information', id: 'all-ok' }])
  }
  t.equal((await server.get('Patient/b/$validate')).status, 404)
  await server.delete('Patient/a')
  t.equal((await server.get('Patient/a/$validate')).status, 410)
})

t.test('says whether a write could be made', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/a', { ...PATIENT, id: 'a' })
  const asked = (mode: string, resource: object) => server.post(`Patient/a/$validate?mode=${mode}`, resource)
  t.match((await asked('update', { ...PATIENT, id: 'a' })).json.issue.map(told), [{ id: 'all-ok' }])
  t.match((await asked('update', { ...PATIENT, id: 'b' })).json.issue.map(told), [
    { severity: 'error', expression: 'Patient.id', line: 1 },
  ])
  const stale = await server.post('Patient/a/$validate?mode=update', { ...PATIENT, id: 'a' }, { 'if-match': 'W/"7"' })
  t.match(stale.json.issue, [{ severity: 'error', code: 'conflict' }])
  const create = await server.post('Patient/$validate?mode=create', PATIENT)
  t.match(create.json.issue.map(told), [{ id: 'all-ok' }])
  t.equal((await server.get('Patient/a')).headers.etag, 'W/"1"', 'nothing was written')
})

t.test('says whether a resource could be deleted, and what refers to it', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/a', { ...PATIENT, id: 'a' })
  const free = await server.get('Patient/a/$validate?mode=delete')
  t.match(free.json.issue.map(told), [{ severity: 'information' }])
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/a' },
  }
  await server.put('Observation/o', observation)
  const referred = await server.post('Patient/a/$validate', {
    resourceType: 'Parameters',
    parameter: [{ name: 'mode', valueCode: 'delete' }],
  })
  t.match(referred.json.issue, [{ severity: 'warning', code: 'conflict', diagnostics: /Observation\/o/ }])
  const absent = await server.get('Patient/b/$validate?mode=delete')
  t.equal(absent.status, 200)
  t.match(absent.json.issue, [{ severity: 'error', code: 'not-found' }])
  t.equal((await server.get('Patient/a')).status, 200)
})

t.test('refuses what is asked in a wrong way', async (t) => {
  const server = await openServer(t)
  for (const [path, body] of [
    ['Patient/$validate', undefined],
    ['Patient/$validate', { resourceType: 'Parameters' }],
    ['Patient/$validate?mode=delete', PATIENT],
    ['Patient/$validate?mode=update', PATIENT],
    ['Patient/$validate?mode=destroy', PATIENT],
    ['Patient/$validate?mode=create&mode=profile', PATIENT],
    ['Patient/$validate?surprise=1', PATIENT],
    ['Patient/$validate', { resourceType: 'Parameters', parameter: [{ name: 'mode', valueBoolean: true }] }],
    ['Patient/$validate', { resourceType: 'Parameters', parameter: [{ nome: 'mode' }] }],
    ['Patient/$validate', { resourceType: 'Parameters', parameter: [{ name: 'mode', resource: PATIENT }] }],
  ] as const) {
    const { status, json } = await server.post(path, body)
    t.equal(status, 400, `${path} ${JSON.stringify(body)}`)
    t.equal(json.issue[0].severity, 'error')
  }
  t.equal((await server.get('Patient/$validate')).status, 400)
  t.equal((await server.post('Parameters/$validate', PATIENT)).status, 404)
})

t.test('is an entry of a batch, and of a transaction', async (t) => {
  const server = await openServer(t)
  for (const type of ['batch', 'transaction']) {
    const { status, json } = await server.post('', {
      resourceType: 'Bundle',
      type,
      entry: [
        {
          resource: { resourceType: 'Patient', birthDate: 'x' },
          request: { method: 'POST', url: 'Patient/$validate' },
        },
        { resource: PATIENT, request: { method: 'POST', url: 'Patient/$validate?mode=create' } },
      ],
    })
    t.equal(status, 200)
    t.match(
      json.entry.map(({ resource, response }: { resource: { issue: Said[] }; response: { status: string } }) => [
        response.status,
        resource.issue.map(told),
      ]),
      [
        [/^200/, [{ severity: 'error', expression: 'Patient.birthDate' }]],
        [/^200/, [{ id: 'all-ok' }]],
      ],
    )
  }
})

t.test('stands in the CapabilityStatement of each type', async (t) => {
  const server = await openServer(t)
  const { json } = await server.get('metadata')
  for (const { type, operation } of json.rest[0].resource) {
    t.ok(
      operation.some(({ name }: { name: string }) => name === 'validate'),
      type,
    )
  }
})
