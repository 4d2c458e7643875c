import t from 'tap'
import { accessFor } from '../../support/access.ts'
import { allDeeds } from '../../support/recorded.ts'
import { type Json, openServer } from '../../support/server.ts'

const GENDER = 'http://hl7.org/fhir/administrative-gender'
const OWN = 'http://example.org/colours'

const SYSTEM = {
  resourceType: 'CodeSystem',
  id: 'colours',
  url: OWN,
  version: '1',
  name: 'Colours',
  status: 'active',
  content: 'complete',
  hierarchyMeaning: 'is-a',
  property: [{ code: 'warm', type: 'boolean' }],
  concept: [
    {
      code: 'red',
      display: 'Red',
      property: [{ code: 'warm', valueBoolean: true }],
      designation: [{ language: 'de', value: 'Rot' }],
      concept: [{ code: 'crimson', display: 'Crimson' }],
    },
    { code: 'blue', display: 'Blue', property: [{ code: 'warm', valueBoolean: false }] },
  ],
}

const SET = {
  resourceType: 'ValueSet',
  id: 'reds',
  url: 'http://example.org/reds',
  status: 'active',
  compose: { include: [{ system: OWN, filter: [{ property: 'concept', op: 'is-a', value: 'red' }] }] },
}

const MAP = {
  resourceType: 'ConceptMap',
  id: 'paint',
  url: 'http://example.org/paint',
  status: 'active',
  sourceUri: 'http://example.org/reds',
  group: [
    {
      source: OWN,
      target: 'http://example.org/paints',
      element: [{ code: 'red', target: [{ code: 'R1', display: 'Paint 1', equivalence: 'equivalent' }] }],
    },
  ],
}

const open = async (test: Parameters<typeof openServer>[0]) => {
  const server = await openServer(test)
  for (const one of [SYSTEM, SET, MAP]) {
    const { status, json } = await server.put(`${one.resourceType}/${one.id}`, one)
    test.equal(status, 201, JSON.stringify(json.issue))
  }
  return server
}

const valueNamed = (json: Json, name: string) => {
  const found = json.parameter?.find((one: Json) => one.name === name) ?? {}
  return Object.entries(found).find(([member]) => member.startsWith('value'))?.[1]
}

t.test('$lookup tells what is known of a code, of R4 and of what users wrote', async (t) => {
  const server = await open(t)
  const r4 = await server.get(`CodeSystem/$lookup?system=${GENDER}&code=female`)
  t.equal(r4.status, 200)
  t.equal(valueNamed(r4.json, 'display'), 'Female')
  for (const reply of [
    await server.get(`CodeSystem/$lookup?system=${OWN}&code=red`),
    await server.get('CodeSystem/colours/$lookup?code=red'),
    await server.post('CodeSystem/$lookup', {
      resourceType: 'Parameters',
      parameter: [{ name: 'coding', valueCoding: { system: OWN, code: 'red' } }],
    }),
  ]) {
    t.equal(reply.status, 200, reply.text)
    t.equal(valueNamed(reply.json, 'display'), 'Red')
    t.match(reply.json.parameter, [{ name: 'name', valueString: 'Colours' }])
    const names = reply.json.parameter.flatMap(({ part = [] }: Json) => part.map((one: Json) => JSON.stringify(one)))
    t.ok(names.includes('{"name":"value","valueString":"Rot"}'), 'designations')
    t.ok(names.includes('{"name":"value","valueBoolean":true}'), 'properties by their types')
  }
})

t.test('$lookup of what is not held is 404, of what is asked in a wrong way 400', async (t) => {
  const server = await open(t)
  for (const query of ['system=http://nowhere.org&code=x', `system=${OWN}&code=mauve`]) {
    const { status, json } = await server.get(`CodeSystem/$lookup?${query}`)
    t.equal(status, 404, query)
    t.equal(json.issue[0].code, 'not-found')
  }
  for (const query of [
    '',
    'code=red',
    `system=${OWN}`,
    `system=${OWN}&code=red&surprise=1`,
    'code=red&date=yesterday',
  ]) {
    t.equal((await server.get(`CodeSystem/$lookup?${query}`)).status, 400, query)
  }
  t.equal((await server.get('CodeSystem/absent/$lookup?code=red')).status, 404)
})

t.test('$validate-code says whether a code is one', async (t) => {
  const server = await open(t)
  const result = async (path: string) => {
    const { status, json } = await server.get(path)
    return [status, valueNamed(json, 'result'), valueNamed(json, 'message') !== undefined]
  }
  t.strictSame(await result(`CodeSystem/$validate-code?url=${OWN}&code=red`), [200, true, false])
  t.strictSame(await result(`CodeSystem/$validate-code?url=${OWN}&code=mauve`), [200, false, true])
  t.strictSame(await result('CodeSystem/colours/$validate-code?code=crimson'), [200, true, false])
  t.strictSame(await result(`ValueSet/$validate-code?url=${SET.url}&system=${OWN}&code=crimson`), [200, true, false])
  t.strictSame(await result(`ValueSet/$validate-code?url=${SET.url}&system=${OWN}&code=blue`), [200, false, true])
  t.strictSame(await result(`ValueSet/reds/$validate-code?system=${OWN}&code=red`), [200, true, false])
  t.strictSame(await result(`ValueSet/$validate-code?context=Patient.gender&system=${GENDER}&code=male`), [
    200,
    true,
    false,
  ])
  t.equal((await server.get('ValueSet/$validate-code?url=http://nowhere.org/set&code=x')).status, 404)
  const inline = await server.post('ValueSet/$validate-code', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'valueSet', resource: SET },
      {
        name: 'codeableConcept',
        valueCodeableConcept: {
          coding: [
            { system: OWN, code: 'blue' },
            { system: OWN, code: 'red' },
          ],
        },
      },
    ],
  })
  t.equal(valueNamed(inline.json, 'result'), true, inline.text)
})

t.test('$expand lists the codes of a value set: by url, of an instance, and inline', async (t) => {
  const server = await open(t)
  const { id: _, ...bare } = SET
  for (const reply of [
    await server.get(`ValueSet/$expand?url=${SET.url}`),
    await server.get('ValueSet/reds/$expand'),
    await server.post('ValueSet/$expand', bare),
    await server.post('ValueSet/$expand', {
      resourceType: 'Parameters',
      parameter: [{ name: 'valueSet', resource: bare }],
    }),
  ]) {
    t.equal(reply.status, 200, reply.text)
    t.equal(reply.json.resourceType, 'ValueSet')
    t.equal(reply.json.expansion.total, 2)
  }
  const filtered = await server.get(`ValueSet/$expand?url=${SET.url}&filter=crim&count=1`)
  t.match(filtered.json.expansion.contains, [{ code: 'crimson' }])
  t.equal((await server.get('ValueSet/$expand?url=http://nowhere.org/set')).status, 404)
  const broken = { ...bare, compose: { include: 7 } }
  const refused = await server.post('ValueSet/$expand', broken)
  t.equal(refused.status, 400)
  t.match(refused.json.issue[0].expression, ['ValueSet.compose.include'])
})

t.test('$subsumes, $translate, $find-matches and $preferred-id answer', async (t) => {
  const server = await open(t)
  const above = await server.get(`CodeSystem/$subsumes?system=${OWN}&codeA=red&codeB=crimson`)
  t.equal(valueNamed(above.json, 'outcome'), 'subsumes')
  const paint = await server.get(`ConceptMap/$translate?url=${MAP.url}&system=${OWN}&code=red`)
  t.equal(valueNamed(paint.json, 'result'), true, paint.text)
  t.match(paint.json.parameter.find(({ name }: Json) => name === 'match').part, [
    { name: 'equivalence', valueCode: 'equivalent' },
    { name: 'concept', valueCoding: { code: 'R1' } },
  ])
  const warm = await server.post('CodeSystem/$find-matches', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'system', valueUri: OWN },
      { name: 'exact', valueBoolean: true },
      {
        name: 'property',
        part: [
          { name: 'code', valueCode: 'warm' },
          { name: 'value', valueBoolean: true },
        ],
      },
    ],
  })
  t.match(warm.json.parameter, [{ name: 'match', part: [{ name: 'code', valueCoding: { code: 'red' } }] }])
  const naming = {
    resourceType: 'NamingSystem',
    name: 'N',
    status: 'active',
    kind: 'identifier',
    date: '2026-01-01',
    uniqueId: [
      { type: 'oid', value: '1.2.36.146' },
      { type: 'uri', value: 'http://example.org/ids', preferred: true },
    ],
  }
  t.equal((await server.post('NamingSystem', naming)).status, 201)
  const uri = await server.get('NamingSystem/$preferred-id?id=1.2.36.146&type=uri')
  t.equal(valueNamed(uri.json, 'result'), 'http://example.org/ids', uri.text)
  t.equal((await server.get('NamingSystem/$preferred-id?id=1.2.36.9999&type=uri')).status, 404)
})

t.test('a definition that is changed is answered from at once', async (t) => {
  const server = await open(t)
  const ask = async () => valueNamed((await server.get(`CodeSystem/$lookup?system=${OWN}&code=blue`)).json, 'display')
  t.equal(await ask(), 'Blue')
  const concept = [{ code: 'blue', display: 'Azure' }]
  await server.put('CodeSystem/colours', { ...SYSTEM, concept })
  t.equal(await ask(), 'Azure')
  await server.delete('CodeSystem/colours')
  t.equal((await server.get(`CodeSystem/$lookup?system=${OWN}&code=blue`)).status, 404)
})

t.test('is asked in batches', async (t) => {
  const server = await open(t)
  const { json } = await server.post('', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: ['red', 'mauve'].map((code) => ({
      request: { method: 'GET', url: `CodeSystem/$lookup?system=${OWN}&code=${code}` },
    })),
  })
  t.match(
    json.entry.map(({ response }: Json) => response.status),
    [/^200/, /^404/],
  )
})

t.test('takes a right to the type, and sees what the caller may search', async (t) => {
  const server = await open(t)
  const none = server.as(await accessFor(['user/Patient.cruds']))
  t.equal((await none.get(`CodeSystem/$lookup?system=${GENDER}&code=female`)).status, 403)
  const reader = server.as(await accessFor(['user/CodeSystem.rs', 'user/ValueSet.rs']))
  t.equal((await reader.get(`CodeSystem/$lookup?system=${OWN}&code=red`)).status, 200)
  const hidden = server.as(await accessFor(['user/ValueSet.rs']))
  const cut = await hidden.get(`ValueSet/$expand?url=${SET.url}`)
  t.match(cut.json.issue, [{ severity: 'error', code: 'not-found' }], 'the system of its codes is hidden')
  t.equal((await hidden.get('ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender')).status, 200)
})

t.test('is on record: of a type by the minute, of a resource one by one', async (t) => {
  const server = await open(t)
  for (let time = 0; time < 3; time++) await server.get(`CodeSystem/$lookup?system=${OWN}&code=red`)
  await server.get('CodeSystem/colours/$lookup?code=red')
  await server.services.folded.flush()
  const deeds = (await allDeeds(server)).filter(({ code }) => code === 'lookup')
  t.match(
    deeds.map(({ times, parts }) => `${times} ${parts?.[0]?.id}`),
    ['undefined colours', '3 undefined'],
  )
})

t.test('$closure keeps a table of each caller under a name', async (t) => {
  const server = await open(t)
  const ask = (asked: object[], as = server) =>
    as.post('$closure', { resourceType: 'Parameters', parameter: [{ name: 'name', valueString: 'mine' }, ...asked] })
  const put = (...codes: string[]) => codes.map((code) => ({ name: 'concept', valueCoding: { system: OWN, code } }))
  t.equal((await ask(put('red'))).status, 404, 'it has to be begun')
  t.match((await ask([])).json, { resourceType: 'ConceptMap', version: '0' })
  t.match((await ask(put('red', 'blue'))).json, { version: '1', group: undefined })
  const second = await ask(put('crimson'))
  t.match(second.json, {
    version: '2',
    group: [{ source: OWN, element: [{ code: 'crimson', target: [{ code: 'red', equivalence: 'subsumes' }] }] }],
  })
  const again = await ask([{ name: 'version', valueString: '1' }])
  t.strictSame(again.json.group, second.json.group, 'told again')
  t.equal((await ask([{ name: 'version', valueString: '7' }])).status, 400)
  const other = server.as(await accessFor(['user/ConceptMap.rs']))
  t.equal((await ask(put('red'), other)).status, 404, 'others have tables of their own')
  t.equal((await ask([], server.as(await accessFor(['user/Patient.rs'])))).status, 403)
  t.equal((await server.get('$closure?name=mine')).status, 405, 'it keeps something')
  const both = await Promise.all([ask(put('blue')), ask(put('red')), ask(put('crimson'))])
  t.ok(
    both.every(({ status }) => status === 200 || status === 409),
    'at once: kept, or told to try again',
  )
})
