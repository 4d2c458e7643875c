import t from 'tap'
import { deedsSince } from '../../support/recorded.ts'
import { openServer } from '../../support/server.ts'
import { observation, writeTwoPatients } from '../../support/two-patients.ts'

t.test('a validation is on record: what it was asked, what it looked at, and whom that is about', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const told = async () => {
    const deeds = await since()
    return deeds.map(({ kind, code, action, outcome, query, parts }) => ({ kind, code, action, outcome, query, parts }))
  }
  await server.get('Observation/oa/$validate?mode=profile')
  t.match(await told(), [
    {
      kind: 'operation',
      code: 'validate',
      action: 'E',
      outcome: '0',
      query: 'Observation/oa/$validate?mode=profile',
      parts: [{ type: 'Observation', id: 'oa', version: 1, patients: ['a'] }],
    },
  ])
  await server.post('Observation/$validate', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'mode', valueCode: 'create' },
      { name: 'resource', resource: observation('new', 'a') },
    ],
  })
  const [posted] = await told()
  t.match(posted, { code: 'validate', outcome: '0', query: 'Observation/$validate?mode=create' })
  t.notMatch(JSON.stringify(posted), 'Observation/new', 'what is not kept is not named')
  await server.get('Observation/absent/$validate')
  t.match(await told(), [{ code: 'validate', outcome: '4', parts: [{ type: 'Observation', id: 'absent' }] }])
})
