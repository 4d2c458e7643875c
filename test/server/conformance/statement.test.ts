import t from 'tap'
import { type Json, openServer } from '../../support/server.ts'

/** Types whose lists are tried one by one. */
const TYPES = ['Patient', 'Observation', 'Encounter', 'Provenance', 'SearchParameter', 'Binary']

/** A value that a parameter of each type takes. */
const VALUES: Record<string, string> = {
  token: 'http://x|y',
  string: 'a',
  reference: 'Patient/1',
  uri: 'http://x',
  date: '2020',
  number: '1',
  quantity: '1',
}

t.test('what the CapabilityStatement lists works, and nothing else', async (t) => {
  const server = await openServer(t)
  const strict = { prefer: 'handling=strict' }
  const { text, json } = await server.get('metadata')
  t.ok(text.length < 800_000, `${text.length} characters`)
  for (const type of TYPES) {
    const listed: Json = json.rest[0].resource.find((one: Json) => one.type === type)
    for (const { name, type: searchType } of listed.searchParam) {
      if (searchType === 'composite' || searchType === 'special') continue
      const { status } = await server.get(`${type}?${name}=${VALUES[searchType]}`, strict)
      // Not a thousand lines for what goes well.
      if (status !== 200) t.equal(status, 200, `${type}?${name} (${searchType})`)
    }
    for (const [parameter, values] of [
      ['_include', listed.searchInclude],
      ['_revinclude', listed.searchRevInclude],
    ] as const) {
      for (const value of values) {
        const { status } = await server.get(`${type}?${parameter}=${value}`, strict)
        if (status !== 200) t.equal(status, 200, `${type}?${parameter}=${value}`)
      }
    }
    const names = listed.searchParam.map((one: Json) => one.name)
    t.equal(new Set(names).size, names.length, `${type}: each parameter once`)
    t.equal((await server.get(`${type}?not-listed=1`, strict)).status, 400)
    t.equal((await server.get(`${type}?_include=${type}:not-listed`, strict)).status, 400)
    t.equal((await server.get(`${type}?_revinclude=Patient:not-listed`, strict)).status, 400)
  }
  const of = (type: string) => json.rest[0].resource.find((one: Json) => one.type === type)
  t.ok(of('Patient').searchRevInclude.includes('Provenance:target'))
  t.ok(of('Encounter').searchInclude.includes('Encounter:subject'))
  t.notOk(of('Patient').searchRevInclude.includes('ActivityDefinition:depends-on'), 'canonicals lead to no place')
})
