import { createHash } from 'node:crypto'
import t from 'tap'
import { bearer, hospital } from '../../support/emergency.ts'
import { deedsSince } from '../../support/recorded.ts'
import { openServer } from '../../support/server.ts'
import { writeTwoPatients } from '../../support/two-patients.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('that nothing was found of somebody, or how much there is, is on record with whom it was about', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  for (const [path, patients] of [
    ['Observation?patient=a&code=no-such-code', ['a']],
    ['Observation?subject=Patient/a&code=no-such-code', ['a']],
    ['Observation?subject:Patient=a&_summary=count', ['a']],
    ['Observation?patient=a,Patient/b&_summary=count', ['a', 'b']],
    ['Patient?_id=b&_has:Observation:patient:code=x&_summary=count', ['b']],
    ['Patient/a/Observation?code=no-such-code', ['a']],
    ['Observation?code=no-such-code', undefined],
    ['Observation?subject=a&code=no-such-code', undefined],
    ['Observation?subject=Group/a&code=no-such-code', undefined],
  ] as const) {
    await since()
    t.equal((await server.get(path)).status, 200, path)
    const [deed] = await since()
    t.strictSame(deed?.patients, patients, path)
  }
})

t.test('nobody fills the disk by what is refused or ignored', async (t) => {
  const server = await openServer(t)
  const since = deedsSince(server)
  const value = 'x'.repeat(60_000)
  const ask = async (name: string, times: number) => {
    await since()
    const form = Array.from({ length: times }, (_, at) => `${name.replace('#', String(at))}=${value}`).join('&')
    const { status } = await server.ask('POST', 'Patient/_search', form, FORM)
    const [deed] = await since()
    return { status, query: deed?.query ?? '', whole: `Patient?${form}` }
  }
  const ignored = await ask('unknown-#', 100)
  t.equal(ignored.status, 200)
  const digest = createHash('sha256').update(ignored.whole).digest('hex')
  t.equal(ignored.query, `${ignored.whole.slice(0, 65_536)}… [${ignored.whole.length} characters, SHA-256 ${digest}]`)
  const refused = await ask('name', 200)
  t.equal(refused.status, 400)
  t.ok(refused.query.length < 4_400 && refused.query.startsWith('Patient?name=xxx'), String(refused.query.length))
})

t.test('a reason that is given while the glass is open is on record', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const glass = (reason: string) => ({ ...doctor, 'x-purpose-of-use': 'BTG', 'x-break-glass-reason': reason })
  t.equal((await server.get('Patient/shut', glass('unconscious'))).status, 200)
  const since = deedsSince(server)
  await since()
  t.equal((await server.get('Patient/shut', glass('still%20unconscious'))).status, 200)
  t.match(await since(), [{ code: 'read', reason: 'still unconscious', purposes: ['BTG'] }])
})
