import t from 'tap'
import { patient } from '../../support/bundles.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const linkOf = ({ json }: Json, relation = 'next'): string | undefined =>
  json.link.find((link: Json) => link.relation === relation)?.url
const cursorOf = (url: string) => new URL(url).searchParams.get('_cursor')!

/** A server with six patients, of two versions each. */
async function filled(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  for (const active of [false, true]) {
    for (let at = 0; at < 6; at++) await server.put(`Patient/known-${at}`, patient({ id: `known-${at}`, active }))
  }
  return server
}

const LISTS = ['Patient?_count=2', 'Patient?active=true&_count=2', 'Patient/_history?_count=2', '_history?_count=2']

t.test('a page link tells nothing of what it stands for', async (t) => {
  const server = await filled(t)
  for (const path of LISTS) {
    const [one, other] = [linkOf(await server.get(path))!, linkOf(await server.get(path))!]
    const cursor = cursorOf(one)
    t.match(cursor, /^[\w-]{30,}$/, path)
    t.not(cursor, cursorOf(other), 'nor is it twice the same')
    const bytes = Buffer.from(cursor, 'base64url').toString('latin1')
    t.notMatch(bytes, /known|Patient|active/, path)
    const page = await server.get(one.slice(BASE.length + 1))
    t.equal(page.status, 200)
    t.strictSame((await server.get(other.slice(BASE.length + 1))).json.entry, page.json.entry)
  }
})

t.test('an altered link is refused', async (t) => {
  const server = await filled(t)
  for (const path of LISTS) {
    const cursor = cursorOf(linkOf(await server.get(path))!)
    const flipped = (at: number) => cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1)
    const forged = [0, 8, 17, 22, cursor.length - 4].map(flipped)
    const cut = [cursor.slice(1), cursor.slice(0, -2), cursor.slice(0, 10), cursor + cursor, `AA${cursor}`, 'MTIz']
    for (const wrong of [...forged, ...cut, '2', 'known-1', Buffer.alloc(40).toString('base64url'), '%00', '']) {
      const { status, json } = await server.get(`${path}&_cursor=${wrong}`)
      t.equal(status, 400, `${path} ${wrong}`)
      t.match(json, { resourceType: 'OperationOutcome', issue: [{ diagnostics: /_cursor/ }] })
    }
    t.equal((await server.get(`${path}&_cursor=${cursor}`)).status, 200)
  }
})

t.test('so is one with something behind it', async (t) => {
  const server = await filled(t)
  const [path] = LISTS
  const cursor = cursorOf(linkOf(await server.get(path!))!)
  for (const tail of ['!', '=', '%20', '%00', '.', '~~~~']) {
    const { status } = await server.get(`${path}&_cursor=${cursor}${tail}`)
    t.equal(status, 400, tail)
  }
})

t.test('a link leads to the list that it was made for alone', async (t) => {
  const server = await filled(t)
  const other = await openServer(t)
  const cursors = await Promise.all(LISTS.map(async (path) => cursorOf(linkOf(await server.get(path))!)))
  for (const [at, path] of LISTS.entries()) {
    for (const [from, cursor] of cursors.entries()) {
      const { status } = await server.get(`${path}&_cursor=${cursor}`)
      t.equal(status, at === from ? 200 : 400, `${path} with the link of ${LISTS[from]}`)
    }
    t.equal((await other.get(`${path}&_cursor=${cursors[at]}`)).status, 400, 'another server has another key')
  }
  t.equal((await server.get(`Patient?_count=3&_cursor=${cursors[0]}`)).status, 400, 'the count belongs to it')
})

t.test('a list of no entries has no next page', async (t) => {
  const server = await filled(t)
  for (const path of ['_history?_count=0', 'Patient/_history?_count=0', 'Patient/known-1/_history?_count=0']) {
    const reply = await server.get(path)
    t.equal(reply.status, 200)
    t.equal(linkOf(reply), undefined, path)
    t.notOk(reply.json.entry)
    t.equal(reply.json.total, path.includes('known') ? 2 : 12)
  }
  for (const path of ['Patient?_count=0', 'Patient?_summary=count']) {
    const reply = await server.get(path)
    t.equal(linkOf(reply), undefined, path)
    t.equal(reply.json.total, 6)
  }
  const last = await server.get('Patient/known-1/_history?_count=2')
  t.equal(linkOf(last), undefined, 'nor has the last page')
})

t.test('a history tells which version made the resource', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  await server.put('Patient/p', patient({ id: 'p', active: true }))
  await server.delete('Patient/p')
  await server.put('Patient/p', patient({ id: 'p' }))
  await server.put('Patient/p', patient({ id: 'p', active: false }))
  const wanted = ['200 OK', '201 Created', '204 No Content', '200 OK', '201 Created']
  for (const path of ['Patient/p/_history', 'Patient/_history', '_history']) {
    const { json } = await server.get(path)
    t.strictSame(
      json.entry.map((entry: Json) => entry.response.status),
      wanted,
      path,
    )
  }
  const page = await server.get('Patient/p/_history?_count=1')
  const next = await server.get(linkOf(page)!.slice(BASE.length + 1))
  t.equal(next.json.entry[0].response.status, '201 Created', 'also where the deletion is on another page')
})

t.test('the form of the answer goes with the links', async (t) => {
  const server = await openServer(t)
  for (const id of ['a', 'b', 'c']) await server.put(`Patient/${id}`, { resourceType: 'Patient', id })
  for (const path of ['Patient', 'Patient/_history', '_history']) {
    let url = `${path}?_count=1&_format=json&_pretty=true`
    for (let page = 0; page < 3; page++) {
      const { status, json } = await server.get(url, { accept: 'text/html' })
      t.equal(status, 200, url)
      for (const link of json.link) t.match(link.url, /_format=json&_pretty=true/, `${path} ${link.relation}`)
      url = json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url.slice(`${BASE}/`.length)
    }
    t.equal(url, undefined, 'and they lead to the end')
  }
})
