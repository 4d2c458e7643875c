import t from 'tap'
import { patient } from '../../support/bundles.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const linkOf = ({ json }: Json, relation: string): string | undefined =>
  json.link.find((link: Json) => link.relation === relation)?.url
const idsOf = ({ json }: Json): string[] => (json.entry ?? []).map(({ resource }: Json) => resource.id)
const follow = (server: TestServer, url: string) => server.get(url.slice(BASE.length).replace(/^\//, ''))

async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  for (let at = 0; at < 7; at++) {
    const dated = at === 3 ? {} : { birthDate: `19${70 - at}-01-01` }
    await server.put(`Patient/p${at}`, patient({ id: `p${at}`, ...dated }))
    await server.put(`Basic/b${at}`, { resourceType: 'Basic', id: `b${at}`, code: { text: 'x' } })
  }
  return server
}

const SEARCHES = [
  'Patient?_count=2',
  'Patient?_count=2&_sort=birthdate',
  'Patient?_count=2&_sort=-birthdate',
  'Patient?_count=2&_sort=gender',
  'Patient?_count=3&active:missing=true&_sort=-_lastUpdated',
  '?_count=3&_type=Patient,Basic',
  '?_count=3&_type=Patient,Basic&_sort=-_lastUpdated',
  '?_count=4&_type=Patient,Basic&_sort=_id',
]

t.test('the link to the previous page leads back to what was there', async (t) => {
  const server = await filled(t)
  for (const path of SEARCHES) {
    const pages = [await server.get(path)]
    for (let next = linkOf(pages[0]!, 'next'); next; next = linkOf(pages.at(-1)!, 'next')) {
      pages.push(await follow(server, next))
    }
    t.ok(pages.length > 2, path)
    t.equal(linkOf(pages[0]!, 'previous'), undefined, 'the first page has none before it')
    let page = pages.at(-1)!
    for (const there of pages.slice(0, -1).reverse()) {
      page = await follow(server, linkOf(page, 'previous')!)
      t.equal(page.status, 200)
      t.strictSame(idsOf(page), idsOf(there), path)
      t.ok(linkOf(page, 'next'), 'what it was come from follows')
      t.equal(linkOf(page, 'first'), linkOf(pages[0]!, 'self'))
    }
    t.equal(linkOf(page, 'previous'), undefined, 'nothing is in front of the first')
    t.strictSame(idsOf(await follow(server, linkOf(page, 'next')!)), idsOf(pages[1]!))
  }
})

t.test('what is gone meanwhile leaves no page behind that cannot be left', async (t) => {
  const server = await filled(t)
  const second = await follow(server, linkOf(await server.get('Patient?_count=3'), 'next')!)
  const back = linkOf(second, 'previous')!
  for (const id of ['p0', 'p1', 'p2']) await server.delete(`Patient/${id}`)
  const page = await follow(server, back)
  t.equal(page.status, 200)
  t.strictSame(idsOf(page), [])
  t.equal(linkOf(page, 'previous'), undefined)
  t.strictSame(idsOf(await follow(server, linkOf(page, 'first')!)), ['p3', 'p4', 'p5'])
})

t.test('several types are sorted as one', async (t) => {
  const server = await filled(t)
  const newest = await server.get('?_type=Basic,Patient&_sort=-_lastUpdated&_count=14')
  t.equal(newest.json.entry.length, 14)
  const rank = ({ resource }: Json) => [-Date.parse(resource.meta.lastUpdated), resource.resourceType, resource.id]
  const ranks: [number, string, string][] = newest.json.entry.map(rank)
  // Some are of one millisecond: they come in the order of the types, then of the ids.
  const byRank = [...ranks].sort(
    (one, other) => one[0] - other[0] || (`${one[1]}/${one[2]}` < `${other[1]}/${other[2]}` ? -1 : 1),
  )
  t.strictSame(ranks, byRank)
  t.equal(new URL(linkOf(newest, 'self')!).searchParams.get('_sort'), '-_lastUpdated')
  const odd = await server.get('?_type=Basic,Patient&_sort=birthdate')
  t.match(odd, { status: 400, json: { issue: [{ diagnostics: /birthdate/ }] } })
  const kinds = await server.get('?_type=Observation,RiskAssessment&_sort=probability')
  t.equal(kinds.status, 400)
})
