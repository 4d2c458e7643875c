import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openServer } from '../support/server.ts'

const PATHS = [
  'Observation?code=http://x|a',
  'Observation?patient=Patient/p&code=http://x|a&_count=3',
  'Observation?date=ge2015&_sort=date',
  'Observation?_sort=-_lastUpdated,code',
  'Patient?name=ann&_revinclude=Observation:subject',
  'Patient?_has:Observation:patient:code=a',
  'Patient?_summary=count',
  'Patient/p/$everything',
  'Patient/p/_history?_count=2',
  '_history',
]

t.test('SQLite plans no statement anew because of the value of a limit', async (t) => {
  const { prepare } = DatabaseSync.prototype
  const texts: string[] = []
  t.teardown(() => Object.assign(DatabaseSync.prototype, { prepare }))
  Object.assign(DatabaseSync.prototype, {
    prepare(this: DatabaseSync, text: string) {
      texts.push(text)
      return prepare.call(this, text)
    },
  })
  const server = await openServer(t)
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p', name: [{ family: 'Ann' }] })
  await server.post('Observation', {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://x', code: 'a' }] },
    subject: { reference: 'Patient/p' },
    effectiveDateTime: '2015-02-01',
  })
  for (const path of PATHS) t.equal((await server.get(path)).status, 200, path)
  const limited = texts.filter((text) => /LIMIT \?/.test(text))
  t.ok(limited.length > PATHS.length / 2, 'limits there are')
  t.strictSame(
    limited.filter((text) => /LIMIT \?(?! \+ 0)/.test(text)),
    [],
  )
})
