import t from 'tap'
import { refusal } from '../../../server/cli/place.ts'

t.test('what a server says against something is told', async (t) => {
  const told = async (body: string) =>
    (await refusal({ base: 'http://x/fhir', token: undefined }, '/$y', new Response(body, { status: 403 }))).message
  const outcome = { resourceType: 'OperationOutcome', issue: [{ diagnostics: 'This takes another role.' }] }
  t.equal(await told(JSON.stringify(outcome)), 'http://x/fhir/$y: This takes another role.')
  for (const body of ['', '<p>', '{}', '{"issue":[]}', '{"issue":[{}]}', 'null'])
    t.equal(await told(body), 'http://x/fhir/$y: status 403', body)
})
