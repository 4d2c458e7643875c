import t from 'tap'
import { type KnownRow, WHO } from '../../../him/privacy/row-columns.ts'

t.test('who did something is called by the name that there is, without the separator of issuers', async (t) => {
  const called = (agent: KnownRow['agent'], row: Partial<KnownRow> = {}, display?: string) => {
    const who = { key: '', roles: [], departments: [], names: [], own: new Set<string>(), ...(display && { display }) }
    return WHO[0]!.text({ agent, who, ...row } as unknown as KnownRow)
  }
  t.equal(called({ client: 'demo-backend' }), 'demo-backend')
  t.equal(called({ issuer: 'https://idp.example', subject: 'x' }), 'https://idp.example|x')
  t.equal(called({ system: 'server' }), 'server')
  t.equal(called({ user: 'Practitioner/1' }, {}, 'Dr. A'), 'Dr. A')
  t.equal(called({}, { agentName: 'The clinic' }), 'The clinic')
  t.equal(called({}), 'unknown')
})
