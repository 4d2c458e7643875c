import t from 'tap'
import { patient } from '../../support/bundles.ts'
import { sqliteAlone } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'

/** More than V8's stack takes as arguments of one call. */
const MEMBERS = 150_000

t.test('a Group of 150,000 members is stored, found and read', { skip: sqliteAlone }, async (t) => {
  const server = await openServer(t)
  const member = Array.from({ length: MEMBERS }, (_, at) => ({ entity: { reference: `Patient/p${at}` } }))
  const group = { resourceType: 'Group', id: 'g', type: 'person', actual: true, member }
  const minimal = { prefer: 'return=minimal' }
  t.equal((await server.put('Group/g', group, minimal)).status, 201)
  const { status, json } = await server.get('Group/g')
  t.equal(status, 200)
  t.equal(json.member.length, MEMBERS)
  t.strictSame(json.member.at(-1), member.at(-1))
  for (const id of ['p0', 'p149999']) {
    t.match((await server.get(`Group?member=Patient/${id}&_summary=count`)).json, { total: 1 }, id)
  }
  t.equal((await server.put('Group/g', { ...group, member: member.slice(1) }, minimal)).status, 200)
  t.match((await server.get('Group?member=Patient/p0&_summary=count')).json, { total: 0 })
  const entry = [{ resource: group, request: { method: 'PUT', url: 'Group/g' } }]
  for (const type of ['batch', 'transaction']) {
    t.equal((await server.post('', { resourceType: 'Bundle', type, entry })).status, 200, type)
  }
  t.equal((await server.get('Group/g/_history/4')).json.member.length, MEMBERS)
})

t.test('a wrong member among 150,000 is named', async (t) => {
  const server = await openServer(t)
  const member: object[] = Array.from({ length: MEMBERS }, (_, at) => ({ entity: { reference: `Patient/p${at}` } }))
  member[124_000] = { entity: { reference: 7 } }
  const { status, json } = await server.post('Group', { resourceType: 'Group', type: 'person', actual: true, member })
  t.equal(status, 400)
  t.match(json, { issue: [{ expression: ['Group.member[124000].entity.reference'] }] })
})

t.test('a long code is found', async (t) => {
  const server = await openServer(t)
  for (const length of [255, 5_000, 60_000]) {
    const value = 'v'.repeat(length)
    const id = `p${length}`
    const body = patient({ id, identifier: [{ system: 'http://x', value }, { value: `${value}-` }] })
    t.equal((await server.put(`Patient/${id}`, body)).status, 201, `${length}`)
    for (const asked of [value, `http://x|${value}`, `|${value}-`]) {
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const { status, json } = await server.post('Patient/_search', `identifier=${encodeURIComponent(asked)}`, form)
      t.equal(status, 200)
      t.match(json, { total: 1, entry: [{ resource: { id } }] }, `${length} ${asked.slice(0, 9)}`)
    }
    const other = `identifier=${value.slice(1)}w`
    t.match((await server.get(`Patient?${other}`)).json, { total: 0 }, 'to the last character')
  }
  const again = await server.post('Patient', patient(), { 'if-none-exist': `identifier=${'v'.repeat(5_000)}` })
  t.match(again, { status: 200, json: { id: 'p5000' } }, 'by criteria too')
})

t.test('a criterion that is too long is refused', async (t) => {
  const server = await openServer(t)
  const value = 'v'.repeat(70_000)
  t.equal((await server.put('Patient/p', patient({ id: 'p', identifier: [{ value }] }))).status, 201)
  t.equal((await server.get('Patient/p')).json.identifier[0].value.length, 70_000)
  for (const name of ['identifier', 'name', '_id', 'general-practitioner', '_profile']) {
    const refused = await server.get(`Patient?${name}=${value}`)
    t.match(refused, { status: 400, json: { issue: [{ diagnostics: new RegExp(`^${name} `) }] } }, name)
  }
})
