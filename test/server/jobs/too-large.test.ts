import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { IndexChange } from '../../../resources/store/port.ts'
import { tooLargeOf } from '../../../server/jobs/too-large.ts'
import { openServer } from '../../support/server.ts'

const change = (id: string): IndexChange => ({ kind: 'index', type: 'Basic', id, version: 1, entries: [] })
const tooLarge = () => FhirError.of('too-large', 'too large')

t.test('what is too large is found among what is not', async (t) => {
  const changes = ['a', 'b', 'c', 'd', 'e'].map(change)
  const done: string[] = []
  const commit = (most: number) => async (some: IndexChange[]) => {
    if (some.length > most || some.some(({ id }) => id === 'c')) throw tooLarge()
    done.push(...some.map(({ id }) => id))
  }
  t.match(await tooLargeOf(changes, commit(9)), [{ id: 'c' }])
  t.strictSame(done.splice(0), ['a', 'b', 'd', 'e'], 'each once, in their order')
  t.strictSame(await tooLargeOf(changes.slice(3), commit(1)), [], 'parts may do where the whole does not')
  const broken = async () => Promise.reject(FhirError.of('unavailable', 'gone'))
  await t.rejects(tooLargeOf(changes, broken), { name: 'FhirError', kind: 'unavailable' })
})

t.test('one that the store does not take holds up no others, and searches say that it may be missing', async (t) => {
  const server = await openServer(t)
  const { store, reindex } = server.services
  for (const id of ['a', 'big', 'c'])
    await server.put(`Basic/${id}`, { resourceType: 'Basic', id, code: { text: `mark ${id}` } })
  const commit = store.commit.bind(store)
  store.commit = async (unit) => {
    if (unit.changes.some(({ kind, id }) => kind === 'index' && id === 'big')) throw tooLarge()
    return commit(unit)
  }
  const parameter = { resourceType: 'SearchParameter', id: 'mark', url: 'http://example.org/mark', name: 'mark' }
  const rest = { status: 'active', description: 'x', code: 'mark', base: ['Basic'], type: 'string' }
  await server.put('SearchParameter/mark', { ...parameter, ...rest, expression: 'Basic.code.text' })
  await reindex.run()
  t.notOk(reindex.isBehind)
  const found = (await server.get('Basic?mark=mark')).json
  t.equal(found.total, 2)
  t.match(JSON.stringify(found), 'could not be indexed by Basic.mark')
  t.notOk((await server.get('Basic?code:text=mark')).text?.includes('incomplete'), 'of others nothing is missing')
})
