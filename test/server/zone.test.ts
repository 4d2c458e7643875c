import t from 'tap'
import { instantOf } from '../../resources/dates.ts'
import { batch, get, post, transaction } from '../support/bundles.ts'
import { type Json, openServer, type TestServer } from '../support/server.ts'

const NEW_YORK = { CHARTROOM_ZONE: 'America/New_York' }
const patient = (id: string, birthDate: string) => ({ resourceType: 'Patient', id, birthDate })
const observation = (id: string, effectiveDateTime: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/p' },
  effectiveDateTime,
})

const idsOf = ({ json }: { json: Json }): string[] => (json.entry ?? []).map(({ resource }: Json) => resource.id).sort()
const found = async (server: TestServer, path: string) => idsOf(await server.get(path))

async function filled(t: Parameters<typeof openServer>[0], environment: Record<string, string>): Promise<TestServer> {
  const server = await openServer(t, environment)
  await server.put('Patient/p', patient('p', '2015-04-01'))
  await server.put('Observation/eve', observation('eve', '2015-04-01T03:59:00Z'))
  await server.put('Observation/evening', observation('evening', '2015-04-02T02:00:00Z'))
  await server.put('Observation/day', observation('day', '2015-04-01'))
  await server.put('Observation/next', observation('next', '2015-04-02T04:00:00Z'))
  return server
}

t.test("dates without an offset are meant in the server's zone (R4 search 3.1.1.4.7)", async (t) => {
  const server = await filled(t, NEW_YORK)
  const rows: [string, string[]][] = [
    ['Observation?date=2015-04-01', ['day', 'evening']],
    ['Observation?date=ge2015-04-02', ['next']],
    ['Observation?date=lt2015-04-01', ['eve']],
    ['Observation?date=2015-04-01T22:00', ['evening']],
    ['Observation?date=sa2015-04-01T21:59&date=lt2015-04-01T22:01', ['evening']],
    ['Observation?date=2015-04-02T02:00:00Z', ['evening']],
    ['Observation?_filter=date po 2015-04-01T00:00', ['day']],
    ['Observation?subject.birthdate=eb2015-04-02T04:00Z', ['day', 'eve', 'evening', 'next']],
    ['Patient?birthdate=eb2015-04-02T03:59Z', []],
    ['Patient?birthdate=2015-04-01', ['p']],
    ['Patient?_has:Observation:subject:date=2015-04-01', ['p']],
    ['Patient/p/Observation?date=2015-04-01', ['day', 'evening']],
  ]
  for (const [path, ids] of rows) t.strictSame(await found(server, path), ids, path)
  t.strictSame(await found(server, 'Observation?date=2015-04-01&_sort=date&_count=1'), ['day'])
  const bundle = (await server.post('', batch(get('Observation?date=2015-04-01')))).json
  t.strictSame(idsOf({ json: bundle.entry[0].resource }), ['day', 'evening'])
  t.equal((await server.get('Observation?date=2015-02-29')).status, 400)
})

t.test('without the setting they are meant in UTC', async (t) => {
  const server = await filled(t, {})
  t.strictSame(await found(server, 'Observation?date=2015-04-01'), ['day', 'eve'])
  t.strictSame(await found(server, 'Observation?date=2015-04-01T22:00'), [])
})

t.test('so are the dates of conditional writes and references, by what a transaction itself writes too', async (t) => {
  const server = await filled(t, NEW_YORK)
  const again = await server.post('Patient', patient('x', '2015-04-01'), {
    'if-none-exist': 'birthdate=eb2015-04-02T04:00Z',
  })
  t.equal(again.status, 200, 'it is there')
  const subject = { reference: 'Patient?birthdate=sa1999-12-31T23:59&birthdate=eb2000-01-02T05:00Z' }
  const { status, json } = await server.post(
    '',
    transaction(
      post({ ...patient('', '2000-01-01'), id: undefined }),
      post({ ...observation('', '2015'), id: undefined, subject }),
    ),
  )
  t.equal(status, 200, JSON.stringify(json))
  t.equal((await server.get('Observation?subject.birthdate=2000-01-01')).json.total, 1)
})

t.test('$everything: the days of care, and since when', async (t) => {
  const server = await filled(t, NEW_YORK)
  const record = async (query: string) =>
    (await found(server, `Patient/p/$everything?_type=Observation&${query}`)).join(' ')
  t.equal(await record('start=2015-04-01&end=2015-04-01'), 'day evening')
  t.equal(await record('start=2015-04-02'), 'next')
  t.equal(await record('end=2015-03-31'), 'eve')
  t.equal((await server.get('Patient/p/$everything?start=soon')).status, 400)
})

/** What clocks of a zone 14 hours ahead of UTC show so many ms from now, without an offset. */
const clock = (ms: number) => instantOf(Date.now() + 14 * 3_600_000 + ms).slice(0, 19)

t.test('_lastUpdated, _since and _at', async (t) => {
  const server = await filled(t, { CHARTROOM_ZONE: '+14:00' })
  const [before, after] = [clock(-60_000), clock(60_000)]
  const all = ['day', 'eve', 'evening', 'next']
  t.strictSame(await found(server, `Observation?_lastUpdated=ge${before}`), all)
  t.strictSame(await found(server, `Observation?_lastUpdated=lt${before}`), [])
  t.strictSame(await found(server, `Observation?_lastUpdated=lt${after}`), all)
  t.strictSame(await found(server, `Observation?_filter=_lastUpdated gt ${before}`), all)
  t.strictSame(await found(server, `Observation/_history?_since=${before}`), all)
  t.strictSame(await found(server, `Observation/_history?_since=${after}`), [])
  t.strictSame(await found(server, `Observation/_history?_at=${before}`), [])
  t.strictSame(await found(server, `Observation/_history?_at=${after}`), all)
  t.strictSame(await found(server, `Patient/p/$everything?_type=Observation&_since=${before}`), all)
  t.strictSame(await found(server, `Patient/p/$everything?_type=Observation&_since=${after}`), [])
})
