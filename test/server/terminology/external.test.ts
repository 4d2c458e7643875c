import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { Canonicals } from '../../../resources/conformance/canonicals.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { ExternalTerminology } from '../../../server/terminology/external.ts'
import { terminologyServers } from '../../../server/terminology/settings.ts'

const SNOMED = 'http://snomed.info/sct'
const NONE: Canonicals = { find: async () => undefined, list: async () => [], stamp: async () => '' }

interface Asked {
  method: string
  path: string
  query: Record<string, string>
  body: string
}

type Reply = { status?: number; body?: unknown; raw?: string; location?: string; late?: boolean }

/** A terminology server that answers as it is told, and what it was asked. */
async function remote(t: Test, reply: (asked: Asked) => Reply | Promise<Reply>) {
  const asked: Asked[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const one = {
      method: request.method ?? '',
      path: url.pathname.replace('/r4/', ''),
      query: Object.fromEntries(url.searchParams),
      body: await text(request),
    }
    asked.push(one)
    const { status = 200, body, raw, location, late } = await reply(one)
    if (late) return
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...(location ? { location } : {}) })
    response.end(raw ?? JSON.stringify(body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r4`
  return { base, asked, stop: () => server.close() }
}

const parameters = (values: Record<string, unknown>) => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).map(([name, value]) => ({
    name,
    [typeof value === 'boolean' ? 'valueBoolean' : 'valueString']: value,
  })),
})

const outcome = (code: string) => ({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] })

/** SNOMED CT of two concepts. */
function snomed({ path, query }: Asked): Reply {
  if (path === 'CodeSystem/$lookup') {
    return ['22298006', '414545008'].includes(query.code ?? '')
      ? {
          body: {
            resourceType: 'Parameters',
            parameter: [
              { name: 'display', valueString: 'Myocardial infarction' },
              {
                name: 'designation',
                part: [
                  { name: 'value', valueString: 'Heart attack' },
                  { name: 'language', valueCode: 'en' },
                ],
              },
              {
                name: 'property',
                part: [
                  { name: 'code', valueCode: 'parent' },
                  { name: 'value', valueCode: '414545008' },
                ],
              },
              {
                name: 'property',
                part: [
                  { name: 'code', valueCode: 'child' },
                  { name: 'value', valueCode: '57054005' },
                ],
              },
            ],
          },
        }
      : { status: 404, body: outcome('not-found') }
  }
  if (path === 'CodeSystem/$validate-code') return { body: parameters({ result: false, message: 'no such code' }) }
  if (path === 'CodeSystem/$subsumes')
    return { body: parameters({ outcome: query.codeA === '414545008' ? 'subsumes' : 'not-subsumed' }) }
  return { status: 404, raw: '<html>' }
}

function openedBy(base: string, manners = {}, system = SNOMED) {
  const external = new ExternalTerminology(terminologyServers(`${system}=${base}`)!, manners)
  return { external, terminology: new Terminology({ canonicals: NONE, external, today: () => '2026-11-29' }) }
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

const coding = (code: string, display?: string) => ({ system: SNOMED, code, ...(display ? { display } : {}) })

t.test('a code is looked up, found below another, and found to be none, elsewhere', async (t) => {
  const { base, asked } = await remote(t, snomed)
  const { terminology } = openedBy(base)
  const found = await terminology.lookup({ system: SNOMED, code: '22298006' })
  t.match(found, { display: 'Myocardial infarction', designations: [{ value: 'Heart attack', language: 'en' }] })
  t.equal(await terminology.subsumes({ system: SNOMED, codeA: '414545008', codeB: '22298006' }), 'subsumes')
  t.match(await refusal(terminology.lookup({ system: SNOMED, code: '1' })), { kind: 'not-found' })
  t.equal((await terminology.verdict({ codings: [coding('22298006')] }, '2026-11-29')).result, 'in')
  t.equal((await terminology.verdict({ codings: [coding('1')] }, '2026-11-29')).result, 'out')
  t.ok(asked.every(({ query }) => query.code !== undefined || query.codeA !== undefined))
})

t.test('the same is asked once, at the same time and later; that there is none is forgotten sooner', async (t) => {
  const { base, asked } = await remote(t, snomed)
  let now = 0
  const { external } = openedBy(base, { now: () => now })
  const source = (await external.open(SNOMED))!
  await Promise.all(Array.from({ length: 20 }, () => source.find('22298006', '')))
  await source.find('22298006', '')
  await source.find('1', '')
  await source.find('1', '')
  t.equal(asked.length, 3)
  now = 6 * 60_000
  await source.find('22298006', '')
  await source.find('1', '')
  t.equal(asked.filter(({ query }) => query.code === '22298006').length, 1)
  t.equal(asked.filter(({ path, query }) => path === 'CodeSystem/$lookup' && query.code === '1').length, 2)
  now = 61 * 60_000
  await source.find('22298006', '')
  t.equal(asked.filter(({ query }) => query.code === '22298006').length, 2)
})

t.test('a value set is expanded there, by its filters', async (t) => {
  const { base, asked } = await remote(t, () => ({
    body: {
      resourceType: 'ValueSet',
      expansion: {
        total: 3,
        contains: [
          { system: SNOMED, code: '1', display: 'One', contains: [{ system: SNOMED, code: '2', display: 'Two' }] },
          { system: 'http://other', code: '3' },
        ],
      },
    },
  }))
  const source = (await openedBy(base).external.open(SNOMED))!
  const page = await source.search({
    text: 'heart',
    conditions: [
      { op: 'is-a', code: '22298006' },
      { op: 'none-of', each: [[{ op: 'codes', codes: ['5'] }]] },
    ],
    day: '2026-11-29',
    activeOnly: true,
    offset: 0,
    count: 10,
  })
  t.strictSame(page, {
    total: 3,
    concepts: [
      { code: '1', display: 'One' },
      { code: '2', display: 'Two' },
    ],
  })
  t.match(JSON.parse(asked[0]!.body), {
    parameter: [
      {
        name: 'valueSet',
        resource: {
          compose: {
            include: [{ system: SNOMED, filter: [{ property: 'concept', op: 'is-a', value: '22298006' }] }],
            exclude: [{ system: SNOMED, concept: [{ code: '5' }] }],
          },
        },
      },
      { name: 'filter', valueString: 'heart' },
      { name: 'offset', valueInteger: 0 },
      { name: 'count', valueInteger: 10 },
      { name: 'activeOnly', valueBoolean: true },
    ],
  })
})

t.test('no display and no text of a resource leaves, and no code that is none', async (t) => {
  const { base, asked } = await remote(t, snomed)
  const { terminology } = openedBy(base)
  await terminology.verdict({ codings: [coding('22298006', 'Jane Roe had a heart attack')] }, '2026-11-29')
  const verdict = await terminology.verdict({ codings: [coding('Jane Roe, born 1950-01-01')] }, '2026-11-29')
  t.equal(verdict.result, 'unknown')
  t.notMatch(JSON.stringify(asked), /Jane/)
})

t.test('a server that is away makes codes unknown, and lookups transient errors', async (t) => {
  const cases: [string, Reply][] = [
    ['status 503', { status: 503 }],
    ['no JSON', { raw: '<html>' }],
    ['no answer in time', { late: true }],
    ['a redirect', { status: 302, location: 'http://169.254.169.254/latest' }],
    ['an answer without end', { raw: `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}` }],
  ]
  for (const [name, reply] of cases) {
    const { base } = await remote(t, () => reply)
    const { terminology } = openedBy(base, { patience: 500 })
    const verdict = await terminology.verdict({ codings: [coding('22298006')] }, '2026-11-29')
    t.equal(verdict.result, 'unknown', name)
    t.match(verdict.message, /The terminology server 127\.0\.0\.1:\d+ .*not checked/, name)
    t.match(
      await refusal(terminology.lookup({ system: SNOMED, code: '22298006' })),
      { kind: 'unavailable', issues: [{ code: 'transient' }] },
      name,
    )
  }
  const { terminology } = openedBy('http://127.0.0.1:9/r4')
  t.equal((await terminology.verdict({ codings: [coding('22298006')] }, '2026-11-29')).result, 'unknown')
})

t.test('a wrong base makes no code wrong', async (t) => {
  for (const reply of [
    { status: 404, raw: '<html>not here' },
    { status: 404, body: outcome('not-found') },
  ]) {
    const { base } = await remote(t, () => reply)
    t.equal(
      (await openedBy(base).terminology.verdict({ codings: [coding('22298006')] }, '2026-11-29')).result,
      'unknown',
    )
  }
  const { base } = await remote(t, ({ path }) =>
    path.endsWith('lookup')
      ? { status: 404, body: outcome('not-found') }
      : { body: parameters({ result: false, 'x-unknown-system': SNOMED }) },
  )
  t.equal((await openedBy(base).terminology.verdict({ codings: [coding('22298006')] }, '2026-11-29')).result, 'unknown')
})

t.test('after three failures it is left alone, then tried once', async (t) => {
  let isUp = false
  let now = 0
  const { base, asked } = await remote(t, (one) => (isUp ? snomed(one) : { status: 500 }))
  const source = (await openedBy(base, { now: () => now }).external.open(SNOMED))!
  for (let at = 0; at < 10; at++) t.match(await refusal(source.find(`${at}`, '')), { kind: 'unavailable' })
  t.equal(asked.length, 3)
  now = 31_000
  await t.rejects(source.find('22298006', ''))
  await t.rejects(source.find('22298006', ''), 'left alone again')
  t.equal(asked.length, 4)
  now = 62_000
  isUp = true
  t.match(await source.find('22298006', ''), { display: 'Myocardial infarction' })
  await source.find('1', '')
  t.ok(asked.length > 5)
})

t.test('a server for all systems is asked whether it has one, a named one is not', async (t) => {
  const { base, asked } = await remote(t, ({ query }) => ({
    body: {
      resourceType: 'Bundle',
      entry:
        query.url === 'http://x/a'
          ? [{ resource: { resourceType: 'CodeSystem', url: 'http://x/a', name: 'A', content: 'fragment' } }]
          : [],
    },
  }))
  const external = new ExternalTerminology(terminologyServers(`${base}, ${SNOMED}=${base}`)!)
  t.match((await external.open('http://x/a', '2'))?.edition, { name: 'A', version: '2', content: 'fragment' })
  t.equal(await external.open('http://x/b'), undefined)
  t.equal(await external.open('http://x/b'), undefined)
  t.equal(await external.open('no url at all'), undefined)
  t.equal(asked.length, 2)
  t.ok(await external.open(SNOMED))
  t.equal(asked.length, 2)
})

t.test('settings that make no sense are refused in words', async (t) => {
  t.equal(terminologyServers('unset'), undefined)
  t.match(terminologyServers('http://snomed.info/sct=https://a.example/r4/,https://b.example'), {
    bySystem: new Map([[SNOMED, 'https://a.example/r4']]),
    others: 'https://b.example',
  })
  for (const [setting, words] of [
    ['http://tx.example/r4', /http:\/\/tx\.example\/r4 is no https URL/],
    ['ftp://a', /no https URL/],
    ['https://me:secret@tx.example', /https:\/\/tx\.example has a user/],
    ['https://tx.example?x=y', /has a user, a query/],
    ['https://a.example,https://b.example', /two servers/],
    ['x', /no https URL/],
  ] as const) {
    t.throws(() => terminologyServers(setting), { message: words }, setting)
  }
})

t.test('asks whether a code is in a reference set, which its records do not say', async (t) => {
  const { base, asked } = await remote(t, (one) => {
    if (one.path !== 'ValueSet/$validate-code') return snomed(one)
    const { parameter } = JSON.parse(one.body) as { parameter: { resource?: { compose: { include: object[] } } }[] }
    const set = JSON.stringify(parameter[0]?.resource?.compose.include)
    const filter = '"filter":[{"property":"concept","op":"in","value":"900"}]'
    return { body: parameters({ result: set.includes(filter) }) }
  })
  const external = new ExternalTerminology(terminologyServers(`${SNOMED}=${base}`)!)
  const terminology = new Terminology({ canonicals: NONE, external })
  const verdict = (set: string) =>
    terminology.verdict(
      { valueSet: `${SNOMED}?fhir_vs=${set}`, codings: [{ system: SNOMED, code: '22298006' }] },
      '2026-11-29',
    )
  t.match(await verdict('refset/900'), { result: 'in' })
  t.match(await verdict('refset/901'), { result: 'out' })
  t.equal(asked.filter(({ path }) => path === 'ValueSet/$validate-code').length, 2)
})
