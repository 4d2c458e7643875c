import t from 'tap'
import { accessTo, recordOf } from '../../support/rights.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'
import { condition, observation, patient, writeTwoPatients } from '../../support/two-patients.ts'

const versions = (json: Json): string[] =>
  (json.entry ?? []).map(({ request, response, fullUrl }: Json) => {
    return `${request.method} ${fullUrl.replace(/^.*\/fhir\//, '')} ${response.etag.replace(/\D/g, '')}`
  })

async function walk(server: TestServer, path: string): Promise<string[]> {
  const all: string[] = []
  for (let next: string | undefined = path; next; ) {
    const { json, status }: { json: Json; status: number } = await server.get(next)
    t.equal(status, 200)
    all.push(...versions(json))
    next = json.link.find((link: Json) => link.relation === 'next')?.url.replace(/^.*\/fhir\//, '')
  }
  return all
}

/** An Observation that was one patient's, then the other's, and the first one's again. */
async function writeMoved(open: TestServer, id: string, ...patients: string[]): Promise<void> {
  for (const of of patients) await open.put(`Observation/${id}`, observation(id, of, { note: [{ text: `of ${of}` }] }))
}

t.test('leak 5: old versions are judged by their own content and by what may be seen now', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await writeMoved(open, 'came', 'b', 'a')
  await writeMoved(open, 'went', 'a', 'b')
  await writeMoved(open, 'back', 'a', 'b', 'a')
  const server = open.as(accessTo(recordOf('a')))
  t.equal((await server.get('Observation/came/_history/1')).status, 404, 'another patient’s version')
  t.equal((await server.get('Observation/came/_history/2')).status, 200)
  t.equal((await server.get('Observation/went/_history/1')).status, 404, 'an own version of what is another’s now')
  t.equal((await server.get('Observation/went/_history')).status, 404)
  const back = await server.get('Observation/back/_history')
  t.strictSame(versions(back.json), ['PUT Observation/back 3', 'PUT Observation/back 1'])
  t.equal(back.json.total, 2)
  t.notMatch(back.text, /of b/)
  t.strictSame(
    (await server.get('Observation/back/_history/2')).text.replace('2.', 'N.'),
    (await server.get('Observation/back/_history/9')).text.replace('9.', 'N.'),
    'a hidden version is as an absent one',
  )
  t.equal((await server.get('Observation/back/_history?_count=0')).json.total, 2)
})

t.test('leak 5: deletions are judged by the content before them', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.delete('Condition/ca')
  await open.delete('Condition/cb')
  await open.put('Condition/cm', condition('cm', 'a', '1'))
  await open.put('Condition/cm', condition('cm', 'b', '1'))
  await open.delete('Condition/cm')
  const server = open.as(accessTo(recordOf('a')))
  t.strictSame(await walk(server, 'Condition/_history'), ['DELETE Condition/ca 2', 'PUT Condition/ca 1'])
  t.equal((await server.get('Condition/ca/_history/2')).status, 410)
  t.equal((await server.get('Condition/cb/_history/2')).status, 404)
  t.equal((await server.get('Condition/cm/_history')).status, 404)
  await open.put('Condition/ca', condition('ca', 'b', '2'))
  t.strictSame(await walk(server, 'Condition/_history'), [], 'what came back as another’s takes its past along')
})

t.test('leak 5: histories of a type and of the system have what may be seen, page by page', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  for (let at = 0; at < 5; at++) {
    await open.put('Observation/oa', observation('oa', 'a', { note: [{ text: String(at) }] }))
    await open.put('Observation/ob', observation('ob', 'b', { note: [{ text: String(at) }] }))
  }
  await open.put('Group/g', { resourceType: 'Group', id: 'g', type: 'person', actual: true })
  for (let at = 0; at < 3; at++) await open.put('Patient/b', patient('b', { active: at % 2 === 0 }))
  const server = open.as(accessTo(recordOf('a')))
  const own = [6, 5, 4, 3, 2, 1].map((version) => `PUT Observation/oa ${version}`)
  for (const count of [1, 2, 3, 6, 50]) t.strictSame(await walk(server, `Observation/_history?_count=${count}`), own)
  const exact = (await server.get('Observation/_history?_count=6')).json
  t.equal(exact.total, 6, 'what is hidden behind a page makes no next one')
  t.notOk(exact.link.some(({ relation }: Json) => relation === 'next'))
  const rest = ['PUT Condition/ca 1', 'PUT Observation/oa 1', 'PUT Patient/a 1', 'PUT Practitioner/gp 1']
  const all = [...own.slice(0, 5), ...rest]
  for (const count of [2, 100]) t.strictSame(await walk(server, `_history?_count=${count}`), all)
  t.equal((await server.get('_history?_count=0')).json.total, all.length)
  t.equal((await server.get('Group/_history')).status, 403)
  const reader = open.as(accessTo(recordOf('a'), { s: { Patient: '_id=a' } }))
  t.strictSame(await walk(reader, '_history'), ['PUT Patient/a 1'], 'it takes the right to search')
  t.equal((await reader.get('Observation/_history')).status, 403)
  t.equal((await reader.get('Observation/oa/_history')).status, 200, 'that of a resource the right to read')
  t.equal((await open.as(accessTo({ Patient: 'all' }, { s: {} })).get('_history')).status, 403)
})

t.test('versions of what is seen by way of others', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Patient/b', patient('b', { name: [{ family: 'Berg' }] }))
  await writeMoved(open, 'm', 'a', 'b', 'a')
  const server = open.as(
    accessTo({ Observation: 'subject:Patient.family=adler', Patient: '_has:Condition:patient:code=38341003' }),
  )
  t.strictSame(await walk(server, 'Observation/m/_history'), ['PUT Observation/m 3', 'PUT Observation/m 1'])
  t.strictSame(await walk(server, 'Patient/_history'), ['PUT Patient/a 1'])
  await open.put('Patient/a', patient('a', { name: [{ family: 'Other' }] }))
  t.equal((await server.get('Observation/m/_history')).status, 404)
  t.strictSame(await walk(server, 'Observation/_history'), [])
})
