import t from 'tap'
import {
  fhirPathPatch,
  jsonPatch,
  observation,
  placeOf,
  post,
  practitioner,
  put,
  remove,
  transaction,
  versions,
} from '../../support/bundles.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const REFERENCE = 'Practitioner?identifier=http://n|1'
const asked = () => post(observation({ performer: [{ reference: REFERENCE }] }))
const IDENTIFIER = { system: 'http://n', value: '1' }
const addIdentifier = { op: 'add', path: '/identifier', value: [IDENTIFIER] }
const addByFhirPath = [
  { name: 'type', valueCode: 'add' },
  { name: 'path', valueString: 'Practitioner' },
  { name: 'name', valueString: 'identifier' },
  { name: 'value', valueIdentifier: IDENTIFIER },
]

async function performerOf(server: TestServer, entry: Json): Promise<string> {
  return (await server.get(placeOf(entry))).json.performer[0].reference
}

t.test('a conditional reference finds what gains the identifier in the same transaction', async (t) => {
  const ways: [string, Json][] = [
    ['JSON Patch', jsonPatch('Practitioner/d', [addIdentifier])],
    ['conditional JSON Patch', jsonPatch('Practitioner?_id=d', [addIdentifier])],
    ['FHIRPath Patch', fhirPathPatch('Practitioner/d', ...addByFhirPath)],
    ['PUT', put(practitioner('d', '1'))],
    ['conditional PUT', put(practitioner('d', '1'), 'Practitioner?_id=d')],
  ]
  for (const [name, change] of ways) {
    for (const order of ['before', 'behind']) {
      const server = await openServer(t)
      await server.put('Practitioner/d', practitioner('d'))
      const entries = order === 'before' ? [change, asked()] : [asked(), change]
      const { status, json } = await server.post('', transaction(...entries))
      t.equal(status, 200, `${name} ${order}`)
      const answered = json.entry?.[order === 'before' ? 1 : 0]
      t.equal(await performerOf(server, answered), 'Practitioner/d', `${name} ${order}`)
      t.match((await server.get('Observation?performer=d')).json, { total: 1 }, 'and it is indexed')
    }
  }
})

t.test('it does not find what loses the identifier, or is deleted', async (t) => {
  const server = await openServer(t)
  await server.put('Practitioner/d', practitioner('d', '1'))
  const ways: Json[] = [
    jsonPatch('Practitioner/d', [{ op: 'remove', path: '/identifier' }]),
    put(practitioner('d', '2')),
    remove('Practitioner/d'),
    remove('Practitioner?identifier=http://n|1'),
  ]
  for (const change of ways) {
    const { status, json } = await server.post('', transaction(change, asked()))
    t.equal(status, 412, `${change.request.method} ${change.request.url}`)
    const expression = ['Bundle.entry[1].resource.performer[0].reference']
    t.match(json, { issue: [{ code: 'not-found', expression }] })
  }
  t.equal(await versions(server), 1)
})

t.test('one that stays and one that gains it are two', async (t) => {
  const server = await openServer(t)
  await server.put('Practitioner/d', practitioner('d'))
  await server.put('Practitioner/e', practitioner('e', '1'))
  const { status, json } = await server.post('', transaction(jsonPatch('Practitioner/d', [addIdentifier]), asked()))
  t.match({ status, json }, { status: 412, json: { issue: [{ code: 'multiple-matches' }] } })
  t.equal(await versions(server), 2)
})

t.test('what is patched otherwise is still found', async (t) => {
  const server = await openServer(t)
  await server.put('Practitioner/d', practitioner('d', '1'))
  const change = jsonPatch('Practitioner/d', [{ op: 'add', path: '/active', value: true }])
  const { json } = await server.post('', transaction(asked(), change))
  t.equal(await performerOf(server, json.entry[0]), 'Practitioner/d')
})
