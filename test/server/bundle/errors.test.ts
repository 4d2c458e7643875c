import t from 'tap'
import { batch, jsonPatch, patient, post, put, transaction, versions } from '../../support/bundles.ts'
import { type Json, openServer } from '../../support/server.ts'

/** Wrong resources: the place below them, and the words for it. */
const WRONG: [Json, string, RegExp][] = [
  [{ resourceType: 'Patient', gender: 'f' }, '.gender', /^'f' is not a code of http\S+administrative-gender\.$/],
  [{ resourceType: 'Patient', active: {} }, '.active', /^Must be a boolean, not an object\.$/],
  [{ resourceType: 'Patient', birthDate: '2000-13-01' }, '.birthDate', /^'2000-13-01' is not a valid date\.$/],
  [{ resourceType: 'Patient', name: { family: 'x' } }, '.name', /^Must be a list, not an object\.$/],
  [{ resourceType: 'Patient', name: [{}, 7] }, '.name[0]', /empty/],
  [
    { resourceType: 'Patient', name: [{ given: ['a', {}] }] },
    '.name[0].given[1]',
    /^Must be a string, not an object\.$/,
  ],
  [{ resourceType: 'Patient', shoe: { size: 1 } }, '.shoe', /^Unknown element 'shoe'\.$/],
  [{ resourceType: 'Patient', multipleBirthInteger: 1.5 }, '.multipleBirthInteger', /^Must be an integer/],
  [{ resourceType: 'Observation', status: 'final' }, '.code', /^The element code is missing\.$/],
  [
    { resourceType: 'Basic', code: { text: 'x' }, extension: [{ url: 'http://x', valueString: 7 }] },
    '.extension[0].valueString',
    /^Must be a string/,
  ],
]

/** What is no resource at all, where one stands within another. */
const NONE: [Json, RegExp][] = [
  [{}, /^resourceType is missing/],
  [{ resourceType: 'Shoe' }, /names no R4 type/],
  [{ resourceType: {} }, /names no R4 type/],
  [[], /^Must be an object, not a list\.$/],
  ['x', /^Must be an object, not a string\.$/],
  [null, /^Must be an object, not null\.$/],
]

const INNER: [Json, string, RegExp][] = [
  ...WRONG,
  ...NONE.map(([value, words]) => [value, '', words] as [Json, string, RegExp]),
]
const RIGHT = { resourceType: 'Basic', id: 'c', code: { text: 'x' } }
const containing = (inner: Json) => patient({ contained: [RIGHT, inner] })
const keeping = (inner: Json) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [{ resource: RIGHT }, { resource: inner }],
})
const nameOf = (inner: Json) => JSON.stringify(inner)

function checkIssues(
  t: Parameters<typeof openServer>[0],
  outcome: Json,
  place: string,
  words: RegExp,
  name: string,
): void {
  t.equal(outcome.resourceType, 'OperationOutcome', name)
  const found = outcome.issue.find(({ expression }: Json) => expression?.[0] === place)
  t.match(found, { severity: 'error', diagnostics: words }, `${place} ${name}`)
  for (const { diagnostics } of outcome.issue) t.notMatch(diagnostics, /\[object|undefined|NaN/, name)
}

t.test('errors in what is contained, or kept in a Bundle, have words and a place', async (t) => {
  const server = await openServer(t)
  for (const [inner, place, words] of INNER) {
    for (const [type, body, start] of [
      ['Patient', containing(inner), 'Patient.contained[1]'],
      ['Bundle', keeping(inner), 'Bundle.entry[1].resource'],
    ] as const) {
      const { status, json } = await server.post(type, body)
      t.equal(status, 400, nameOf(inner))
      checkIssues(t, json, start + place, words, nameOf(inner))
    }
  }
  t.equal(await versions(server), 0)
})

t.test('in entries of a batch or transaction the place begins with the entry', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  for (const [inner, place, words] of INNER) {
    const add = [{ op: 'add', path: '/contained', value: [RIGHT, inner] }]
    for (const entry of [
      post(containing(inner)),
      put({ ...containing(inner), id: 'q' }),
      jsonPatch('Patient/p', add),
    ]) {
      const name = `${entry.request.method} ${nameOf(inner)}`
      const wanted = `Bundle.entry[1].resource.contained[1]${place}`
      const { status, json } = await server.post('', transaction(post(patient()), entry))
      t.equal(status, entry.request.method === 'PATCH' ? 422 : 400, name)
      checkIssues(t, json, wanted, words, name)
    }
    const { json } = await server.post(
      '',
      batch({ request: { method: 'GET', url: 'Patient/p' } }, post(containing(inner))),
    )
    checkIssues(
      t,
      json.entry[1].response.outcome,
      `Bundle.entry[1].resource.contained[1]${place}`,
      words,
      nameOf(inner),
    )
  }
  t.equal(await versions(server), 1)
})

t.test('entries that are themselves wrong', async (t) => {
  const server = await openServer(t)
  for (const [resource, place, words] of WRONG) {
    const { status, json } = await server.post('', transaction(post(patient()), post(resource)))
    t.equal(status, 400, nameOf(resource))
    checkIssues(t, json, `Bundle.entry[1].resource${place}`, words, nameOf(resource))
  }
  const wrong: [Json, string, RegExp][] = [
    [{ method: {}, url: 'Patient' }, '.request.method', /^Must be a \w+, not an object/],
    [{ method: 'POST', url: {} }, '.request.url', /^Must be an uri, not an object/],
    [{ method: 'POST', url: 'Patient', ifMatch: [] }, '.request.ifMatch', /./],
    [{ method: 'POST', url: 'Patient', shoe: {} }, '.request.shoe', /^Unknown element 'shoe'/],
    [{ method: 'POST' }, '.request.url', /^The element url is missing/],
    [{ method: 'SHOE', url: 'Patient' }, '.request.method', /^'SHOE' is not a code/],
  ]
  for (const [request, place, words] of wrong) {
    const { json } = await server.post('', transaction(post(patient()), { resource: patient(), request }))
    checkIssues(t, json, `Bundle.entry[1]${place}`, words, nameOf(request))
  }
  t.equal(await versions(server), 0)
})

t.test('in a Bundle that an entry brings to be kept, the place is told from the outer entry on', async (t) => {
  const server = await openServer(t)
  for (const [inner, place, words] of INNER) {
    const { status, json } = await server.post('', transaction(post(patient()), post(patient()), post(keeping(inner))))
    t.equal(status, 400, nameOf(inner))
    checkIssues(t, json, `Bundle.entry[2].resource.entry[1].resource${place}`, words, nameOf(inner))
  }
  const right = keeping(RIGHT)
  for (const [bundle, place, words] of [
    [{ ...right, type: 'shoe' }, '.type', /^'shoe' is not a code/],
    [{ ...right, entry: [...right.entry, { shoe: 1 }] }, '.entry[2].shoe', /^Unknown element/],
    [{ ...right, entry: [{ request: { method: 'SHOE', url: 'x' } }] }, '.entry[0].request.method', /^'SHOE' is not/],
    [{ ...right, link: [{ url: 'http://x' }] }, '.link[0].relation', /./],
  ] as const) {
    const { json } = await server.post('', transaction(post(patient()), post(patient()), post(bundle)))
    const found = json.issue.map(({ expression }: Json) => expression[0])
    t.match(json.issue[0], { severity: 'error', diagnostics: words }, place)
    t.match(found[0], /^Bundle\.entry\[2\]\.resource\./, `${place} as ${found[0]}`)
  }
})
