import t from 'tap'
import { observation } from '../../support/bundles.ts'
import { openServer, type TestServer } from '../../support/server.ts'

const S = 'http://hospital.example/codes'
const V = 'http://hospital.example/ValueSet'
const system = {
  resourceType: 'CodeSystem',
  id: 's',
  url: S,
  status: 'active',
  content: 'complete',
  concept: [{ code: 'a', concept: [{ code: 'b', concept: [{ code: 'c' }] }] }, { code: 'd' }],
}
const valueSet = (id: string, version: string, ...include: object[]) => ({
  resourceType: 'ValueSet',
  id,
  url: `${V}/x`,
  version,
  status: 'active',
  compose: { include },
})
const ROWS: [query: string, found: string[] | RegExp][] = [
  [`code:in=${V}/x`, ['b', 'c']],
  [`code:in=${V}/x|1`, ['a']],
  [`code:in=${V}/x|3`, /not known/],
  ['code:in=ValueSet/v1', ['a']],
  ['code:in=http://127.0.0.1:8080/fhir/ValueSet/v1', ['a']],
  [`code:in=ValueSet/v1,${V}/x`, ['a', 'b', 'c']],
  ['code:not-in=ValueSet/v1', ['b', 'c', 'd', 'o']],
  ['code:in=ValueSet/none', /The value set ValueSet\/none is not known/],
  ['code:in=http://none', /not known/],
  [`code:below=${S}|b`, ['b', 'c']],
  [`code:above=${S}|b`, ['a', 'b']],
  [`code:above=${S}|b,${S}|d`, ['a', 'b', 'd']],
  ['code:below=b', /system\|code/],
  [`code:below=${S}|z`, /The code z of .* is not known/],
  [
    'code:below=http://hl7.org/fhir/sid/icd-10-cm|E11',
    /code system http:\/\/hl7.org\/fhir\/sid\/icd-10-cm is not known/,
  ],
  ['status:in=http://hl7.org/fhir/ValueSet/observation-status', ['a', 'b', 'c', 'd', 'o']],
  ['status:not-in=http://hl7.org/fhir/ValueSet/observation-status', []],
  ['_filter=code in ValueSet/v1', ['a']],
  ['_filter=code ni ValueSet/v1', ['b', 'c', 'd', 'o']],
  [`_filter=code ss ${S}|b`, ['b', 'c']],
  [`_filter=code sb ${S}|b or code eq d`, ['a', 'b', 'd']],
]

async function filled(server: TestServer): Promise<void> {
  await server.put('CodeSystem/s', system)
  await server.put('ValueSet/v1', valueSet('v1', '1', { system: S, concept: [{ code: 'a' }] }))
  const below = { system: S, filter: [{ property: 'concept', op: 'is-a', value: 'b' }] }
  await server.put('ValueSet/v2', valueSet('v2', '2', below))
  for (const code of ['a', 'b', 'c', 'd'])
    await server.put(`Observation/${code}`, { ...observation({ id: code }), code: { coding: [{ system: S, code }] } })
  await server.put('Observation/o', observation({ id: 'o', code: { coding: [{ system: 'http://other', code: 'b' }] } }))
}

t.test('R4 search, token: :in, :not-in, :below and :above', async (t) => {
  const server = await openServer(t)
  await filled(server)
  for (const [query, wanted] of ROWS) {
    const { status, json } = await server.get(`Observation?${encodeURI(query)}`)
    if (wanted instanceof RegExp) {
      t.match({ status, words: json.issue?.[0].diagnostics }, { status: 400, words: wanted }, query)
    } else {
      t.strictSame(
        (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort(),
        wanted,
        query,
      )
    }
  }
})

t.test('in chains, and in criteria of conditional writes', async (t) => {
  const server = await openServer(t)
  await filled(server)
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p' })
  await server.put(
    'Observation/e',
    observation({ id: 'e', code: { coding: [{ system: S, code: 'c' }] }, subject: { reference: 'Patient/p' } }),
  )
  t.match((await server.get(`Patient?_has:Observation:subject:code:below=${S}|b`)).json, { total: 1 })
  t.match(await server.post('Observation', observation(), { 'if-none-exist': 'code:in=ValueSet/v1' }), {
    status: 200,
    json: { id: 'a' },
  })
  t.equal((await server.post('Observation', observation(), { 'if-none-exist': 'code:in=ValueSet/z' })).status, 400)
})

t.test('too many codes are refused', async (t) => {
  const server = await openServer(t)
  const concept = Array.from({ length: 10_001 }, (_, code) => ({ code: String(code) }))
  await server.put('ValueSet/v1', valueSet('v1', '1', { system: S, concept: concept.slice(1) }))
  await server.put('ValueSet/v2', valueSet('v2', '2', { system: S, concept }))
  t.match(await server.get('Observation?code:in=ValueSet/v1'), { status: 200 })
  t.match(await server.get('Observation?code:in=ValueSet/v2'), {
    status: 400,
    json: { issue: [{ code: 'too-costly' }] },
  })
})
