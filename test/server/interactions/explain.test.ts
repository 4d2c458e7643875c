import t from 'tap'
import { identified, patient } from '../../support/bundles.ts'
import { sqliteAlone } from '../../support/place.ts'
import { type Json, openServer } from '../../support/server.ts'

const outcomesOf = (json: Json): string =>
  (json.entry ?? [])
    .filter(({ search }: Json) => search.mode === 'outcome')
    .flatMap(({ resource }: Json) => resource.issue.map(({ diagnostics }: Json) => diagnostics))
    .join('\n')

t.test('X-Explain tells what drives a search, and its plan', { skip: sqliteAlone }, async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', identified('1', { id: 'p' }))
  const asked = await server.get('Patient?identifier=http://x|1', { 'x-explain': 'true' })
  t.match(outcomesOf(asked.json), /driven by .*identifier.* gives 1\b/)
  t.match(outcomesOf(asked.json), /entry_by_value/, 'with the index it used')
  t.match(outcomesOf((await server.get('Patient?_sort=birthdate', { 'x-explain': 'true' })).json), /walked/)
  t.match(outcomesOf((await server.get('Patient', { 'x-explain': 'true' })).json), /looked at/)
  t.equal(outcomesOf((await server.get('Patient?identifier=http://x|1')).json), '', 'and nothing unasked')
})

t.test('a search past its time is refused, and the next ones go on', { skip: sqliteAlone }, async (t) => {
  const server = await openServer(t, { CHARTROOM_MAX_SEARCH_TIME: '10' })
  const entry = Array.from({ length: 3000 }, (_, at) => ({
    resource: patient({ id: `p${at}`, name: [{ given: Array.from({ length: 20 }, (_, n) => `n${n} of ${at}`) }] }),
    request: { method: 'PUT', url: `Patient/p${at}` },
  }))
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  const texts = Array.from({ length: 500 }, (_, at) => `zz${at}`).join(',')
  for (let round = 0; round < 3; round++) {
    const { status, json } = await server.get(`Patient?given:contains=${texts}`)
    t.equal(status, 400)
    t.match(json, { issue: [{ code: 'too-costly' }] })
    t.equal((await server.get('Patient?given=n1&_count=5')).json.entry.length, 5)
    t.equal((await server.get('Patient/p1')).status, 200)
  }
})
