import t from 'tap'
import { identified, patient, placeOf, post, put, remove, transaction, versions } from '../../support/bundles.ts'
import { type Json, openServer } from '../../support/server.ts'

const ifNoneExist = (criteria: string) => ({ ifNoneExist: criteria })
const CRITERIA = 'identifier=http://x|1'

/** Pairs of entries that are about one resource. */
const TWINS: [string, Json, Json][] = [
  [
    'conditional PUTs with the same criteria',
    put(identified('1'), `Patient?${CRITERIA}`),
    put(identified('1'), `Patient?${CRITERIA}`),
  ],
  [
    'conditional PUTs with the same criteria that their contents do not meet',
    put(patient(), `Patient?${CRITERIA}`),
    put(patient({ active: true }), `Patient?${CRITERIA}`),
  ],
  [
    'criteria that differ in how they are encoded',
    post(patient(), ifNoneExist('identifier=http://x|1')),
    post(patient(), ifNoneExist('identifier=http%3A%2F%2Fx%7C1')),
  ],
  [
    'criteria with a question mark and without',
    post(patient(), ifNoneExist('identifier=http://x|1')),
    post(patient(), ifNoneExist('?identifier=http://x|1')),
  ],
  [
    'a conditional POST and a PUT',
    post(patient(), ifNoneExist(CRITERIA)),
    put(patient(), 'Patient?identifier=http://x%7C1'),
  ],
  ['a POST that meets the criteria of another', post(identified('1')), post(patient(), ifNoneExist(CRITERIA))],
  ['a PUT by id that does', put(identified('1', { id: 'p' })), post(patient(), ifNoneExist(CRITERIA))],
  ['criteria that find each other', post(identified('1'), ifNoneExist(CRITERIA)), post(identified('1'))],
]

t.test('two entries that come to one resource are refused, in either order', async (t) => {
  const server = await openServer(t)
  for (const [name, one, other] of TWINS) {
    for (const pair of [
      [one, other],
      [other, one],
    ]) {
      const { status, json } = await server.post(
        '',
        transaction(post({ resourceType: 'Basic', code: { text: 'x' } }), ...pair),
      )
      t.equal(status, 400, name)
      t.match(json, { issue: [{ diagnostics: /^Entries \d and \d are about the same resource/ }] }, name)
      t.match(json.issue[0].expression, [/^Bundle\.entry\[[12]\]$/], name)
    }
  }
  t.equal(await versions(server), 0)
})

t.test('a conditional PUT that finds what another entry writes is refused too', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', identified('1', { id: 'p' }))
  const conditional = put(identified('1'), `Patient?${CRITERIA}`)
  for (const other of [conditional, put(identified('1', { id: 'p' })), remove('Patient/p')]) {
    const { status } = await server.post('', transaction(conditional, other))
    // What is deleted first is no match for the criteria after it: then a new one is made.
    t.equal(status, other.request.method === 'DELETE' ? 200 : 400, `${other.request.method} ${other.request.url}`)
  }
  t.match((await server.get('Patient?identifier=http://x|1')).json, { total: 1 })
})

t.test('two conditional creates that both find what is stored are no twins', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', identified('1', { id: 'p' }))
  const create = post(identified('1'), ifNoneExist(CRITERIA))
  const { status, json } = await server.post('', transaction(create, create))
  t.equal(status, 200)
  t.strictSame(json.entry.map(placeOf), ['Patient/p', 'Patient/p'])
  t.equal(await versions(server), 1)
})

t.test('entries with other criteria, or of another type, are not', async (t) => {
  const server = await openServer(t)
  const others = [
    post(identified('1'), ifNoneExist(CRITERIA)),
    post(identified('2'), ifNoneExist('identifier=http://x|2')),
    put(identified('3'), 'Patient?identifier=http://x|3'),
    post({ resourceType: 'Practitioner', identifier: [{ system: 'http://x', value: '1' }] }, ifNoneExist(CRITERIA)),
    post(identified('4')),
  ]
  const { status, json } = await server.post('', transaction(...others))
  t.equal(status, 200)
  for (const entry of json.entry) t.equal(entry.response.status, '201 Created')
})
