import t, { type Test } from 'tap'
import type { Policy } from '../../../auth/policy/policy.ts'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { StoredPolicies } from '../../../auth/policy/stored.ts'
import { FhirError } from '../../../resources/fhir-error.ts'
import { CommitRefused } from '../../../resources/store/port.ts'
import type { StateChange } from '../../../resources/store/state.ts'
import { accessFor, identityWith, SOURCES } from '../../support/access.ts'
import { openStore } from '../../support/stores.ts'

const READER: Policy = {
  name: 'reader',
  version: '1',
  title: 'Reader',
  description: 'Reads.',
  rules: [{ types: ['Patient'], interactions: 'rs' }],
  labels: { see: [], write: [] },
  operations: [],
  breakTheGlass: false,
  purposes: [],
}

async function open(test: Test) {
  const { store } = await openStore(test)
  const policies = new StoredPolicies(store.state)
  const commit = (state: StateChange[]) => store.commit({ changes: [], guards: [], state })
  return { store, policies, commit }
}

t.test('a stored policy takes the place of the shipped one, and its versions stay', async (t) => {
  const { policies, commit } = await open(t)
  t.equal(await policies.find('reader'), undefined)
  t.equal(await policies.find('auditor'), SHIPPED.get('auditor'))
  await commit(await policies.replacing(READER, SOURCES))
  t.strictSame(await policies.find('reader'), READER)
  const second = { ...READER, name: 'auditor', title: 'Other' }
  await commit(await policies.replacing({ ...second, version: '2' }, SOURCES))
  await commit(await policies.replacing({ ...second, version: '3' }, SOURCES))
  t.match(await policies.find('auditor'), { title: 'Other', version: '3' })
  t.match(await policies.version('auditor', 1), { version: '2' })
  t.match(await policies.version('auditor', 2), { version: '3' })
  t.equal(await policies.version('auditor', 3), undefined)
  await commit(await policies.restoring('auditor'))
  t.equal(await policies.find('auditor'), SHIPPED.get('auditor'))
  await commit(await policies.replacing({ ...second, version: '4' }, SOURCES))
  t.match(await policies.version('auditor', 1), { version: '2' }, 'no version is written anew')
  t.match(await policies.version('auditor', 3), { version: '4' })
  t.ok((await policies.names()).includes('reader'))
  t.notOk((await policies.names()).some((name) => name.includes('@')))
})

t.test('of two who change a policy at once one is refused', async (t) => {
  const { policies, commit } = await open(t)
  const [one, other] = [await policies.replacing(READER, SOURCES), await policies.replacing(READER, SOURCES)]
  await commit(one)
  await t.rejects(commit(other), CommitRefused)
})

t.test('a policy that is not in order is refused when written', async (t) => {
  const { policies } = await open(t)
  const wrong = { ...READER, rules: [{ types: ['Patient'], interactions: 'rs', where: ['colour=red'] }] }
  await t.rejects(policies.replacing(wrong, SOURCES), FhirError)
  await t.rejects(policies.replacing({ name: 'reader' }, SOURCES), FhirError)
})

t.test('one that is there all the same gives nothing, also in place of a shipped one', async (t) => {
  const { policies, commit } = await open(t)
  const bad: unknown[] = [{ number: 1, policy: { ...READER, name: 'technician', rules: 'all' } }, null, 'x', {}, []]
  for (const value of [...bad, { number: 1, policy: READER }, { number: 1, policy: null }]) {
    await commit([{ kind: 'put', of: 'policy', key: 'technician', value }])
    t.equal(await policies.find('technician'), undefined, JSON.stringify(value))
    const access = await accessFor(identityWith(['user/*.cruds'], { role: 'technician' }), { policies })
    for (const { byType, others } of Object.values(access.may)) {
      t.ok([others, ...Object.values(byType)].every(({ kind }) => kind === 'none'))
    }
  }
})
