import t from 'tap'
import { openServer } from '../support/server.ts'

t.test('explanations of benefit are found by their insurer, and the server says so', async (t) => {
  const server = await openServer(t)
  const benefit = (id: string, insurer: string) =>
    server.put(`ExplanationOfBenefit/${id}`, {
      resourceType: 'ExplanationOfBenefit',
      id,
      status: 'active',
      type: { text: 'x' },
      use: 'claim',
      patient: { reference: 'Patient/p' },
      created: '2026-01-01',
      insurer: { reference: insurer },
      provider: { reference: 'Organization/provider' },
      outcome: 'complete',
      insurance: [{ focal: true, coverage: { reference: 'Coverage/c' } }],
    })
  t.equal((await benefit('one', 'Organization/acme')).status, 201)
  t.equal((await benefit('other', 'Organization/other')).status, 201)
  const { json: body } = await server.get('ExplanationOfBenefit?insurer=Organization/acme')
  t.strictSame(
    body.entry.map(({ resource }: { resource: { id: string } }) => resource.id),
    ['one'],
  )
  const { json: statement } = await server.get('metadata')
  const { searchParam } = statement.rest[0].resource.find(
    (one: { type: string }) => one.type === 'ExplanationOfBenefit',
  )
  t.match(
    searchParam.find((one: { name: string }) => one.name === 'insurer'),
    { type: 'reference', definition: 'https://chartroom.invalid/fhir/SearchParameter/ExplanationOfBenefit-insurer' },
  )
})
