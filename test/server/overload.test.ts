import t from 'tap'
import { batch, patient, transaction, versions } from '../support/bundles.ts'
import { openServer } from '../support/server.ts'

t.test('of any number of faults the first are told', async (t) => {
  const server = await openServer(t)
  const claim = { resourceType: 'Claim', item: [{ sequence: 1, careTeamSequence: ['@'] }] }
  const text = JSON.stringify(claim).replace('"@"', `${'1.0,'.repeat(50_000)}1.0`)
  const { status, json, text: answer } = await server.post('Claim', text)
  t.equal(status, 400)
  t.ok(json.issue.length <= 50 && answer.length < 50_000, `${json.issue.length} issues`)
})

t.test('a string that is cut between the halves of a character stays in the index', async (t) => {
  const server = await openServer(t)
  const family = `${'q'.repeat(1023)}😀x`
  for (let time = 0; time < 4; time++) {
    await server.put('Patient/p', patient({ id: 'p', name: [{ family }] }))
    t.equal((await server.get('Patient?family=qqqq')).json.total, 1, `after write ${time + 1}`)
  }
})

t.test('a path of a patch may not build strings', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p', name: [{ family: 'x' }] }))
  for (const path of [
    "Patient.name.where('a'.replace('a', 'aa').length() > 0)",
    "Patient.name.where(given.join('a').length() > 0)",
  ]) {
    const parts = [
      { name: 'type', valueCode: 'delete' },
      { name: 'path', valueString: path },
    ]
    const { status } = await server.patch('Patient/p', {
      resourceType: 'Parameters',
      parameter: [{ name: 'operation', part: parts }],
    })
    t.ok(status === 400 || status === 422, `${path}: ${status}`)
  }
  t.equal(await versions(server), 1)
})

t.test('nor may it look for strings in much text', async (t) => {
  const server = await openServer(t)
  const family = 'a'.repeat(100_000)
  await server.put('Patient/p', patient({ id: 'p', name: [{ family, text: `${family}b` }] }))
  const parts = [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: 'Patient.name.where(family.contains(text))' },
  ]
  const body = { resourceType: 'Parameters', parameter: [{ name: 'operation', part: parts }] }
  t.equal((await server.patch('Patient/p', body)).status, 422)
})

t.test('a URL of millions of segments is none', async (t) => {
  const server = await openServer(t)
  const { status, json } = await server.post('', batch({ request: { method: 'GET', url: 'a/'.repeat(1_000_000) } }))
  t.equal(status, 200)
  t.match(json.entry[0].response.status, /^404/)
})

t.test('If-Match: * is for any version, whoever else writes', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const writes = Array.from({ length: 20 }, () => server.put('Patient/p', patient({ id: 'p' }), { 'if-match': '*' }))
  t.strictSame([...new Set((await Promise.all(writes)).map(({ status }) => status))], [200])
  t.equal((await server.get('Patient/p')).json.meta.versionId, '21')
})

t.test('messages are whole characters', async (t) => {
  const server = await openServer(t)
  const answers = [
    await server.post('Patient', { resourceType: 'Patient', gender: `${'a'.repeat(59)}😀zz` }),
    await server.get(`Patient?${'a'.repeat(63)}%F0%9F%98%80=1`),
  ]
  for (const { text } of answers) t.notMatch(text, /\\ud83d/)
})

t.test('what holds more searchable values than the writer takes at a time is refused', async (t) => {
  const server = await openServer(t)
  const tags = (from: number) => Array.from({ length: 350_000 }, (_, at) => ({ code: `${from}-${at}` }))
  const tagged = (id: string, from: number) => ({
    resource: { resourceType: 'Basic', id, meta: { tag: tags(from) }, code: { text: 'x' } },
    request: { method: 'PUT', url: `Basic/${id}` },
  })
  const { status, json } = await server.post('', transaction(tagged('a', 1), tagged('b', 2), tagged('c', 3)))
  t.equal(status, 413)
  t.match(json, { issue: [{ code: 'too-costly' }] })
  t.equal(await versions(server), 0)
})

t.test('the first years of our era are years', async (t) => {
  const server = await openServer(t)
  await server.post('Patient', patient())
  t.equal((await server.get('_history?_since=0001')).json.total, 1)
})
