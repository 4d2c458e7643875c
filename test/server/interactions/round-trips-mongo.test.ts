import t, { type Test } from 'tap'
import type { MongoStore } from '../../../resources/store/mongo/store.ts'
import { mongoUrl, withoutMongo } from '../../support/mongo.ts'
import { openServer, type Reply } from '../../support/server.ts'

const skip = await withoutMongo()

/** What a server does by itself, whatever it is asked: it watches for changes, and tells others that it is there. */
const OF_ITS_OWN = new Set(['processes', 'notes', 'SearchParameter', 'Consent'])

/** A server, and what the database is asked while it answers, command by command. */
async function open(t: Test) {
  const url = new URL(await mongoUrl(t))
  url.searchParams.set('monitorCommands', 'true')
  const server = await openServer(t, { MONGODB_URL: url.href, AUTH: 'off' })
  const asked: string[] = []
  ;(server.services.store as MongoStore).client.on('commandStarted', ({ commandName, command }) => {
    const isOwn = OF_ITS_OWN.has(String(command[commandName])) || commandName === 'getMore'
    if (!isOwn) asked.push(commandName)
  })
  const commands = async (work: Promise<Reply>, status = 200) => {
    const reply = await work
    t.equal(reply.status, status, reply.text.slice(0, 500))
    return asked.splice(0)
  }
  return { server, commands }
}

const patient = (family: string, id?: string) => ({ resourceType: 'Patient', id, name: [{ family }] })
const observation = (of: string, id?: string) => {
  return { resourceType: 'Observation', id, status: 'final', code: { text: 'pulse' }, subject: { reference: of } }
}
/** The heads of what is written, all that is written with its record, and that it is kept by the majority. */
const WRITE = ['find', 'bulkWrite', 'commitTransaction']
/** The content that an update or a deletion takes the place of: the record says whom it was about. */
const BEFORE = 'find'
/** The record of what is read. */
const RECORD = 'bulkWrite'

t.test('how often the database is asked for one interaction', { skip }, async (t) => {
  const { server, commands } = await open(t)
  // The first record of a process makes a place for all further ones.
  await commands(server.get('Patient/none'), 404)
  t.strictSame(
    await commands(server.put('Patient/a', patient('Ann', 'a')), 201),
    [BEFORE, 'createIndexes', ...WRITE],
    'a new type',
  )
  t.strictSame(await commands(server.post('Patient', patient('Bo')), 201), WRITE, 'create')
  t.strictSame(await commands(server.put('Patient/b', patient('Bo', 'b')), 201), [BEFORE, ...WRITE], 'update as create')
  t.strictSame(await commands(server.put('Patient/b', patient('Bob', 'b'))), [BEFORE, ...WRITE], 'update')
  t.strictSame(await commands(server.delete('Patient/b'), 204), [BEFORE, ...WRITE], 'delete')
  t.strictSame(await commands(server.get('Patient/a')), ['find', RECORD], 'read')
  t.strictSame(await commands(server.get('Patient/a/_history/1')), ['find', RECORD], 'vread')
  t.strictSame(await commands(server.get('Patient/a/_history')), ['find', 'find', RECORD], 'history')
  await commands(server.put('Observation/o', observation('Patient/a', 'o')), 201)
  for (const [path, count] of [
    ['Patient?name=ann', 1],
    ['Patient?name=ann&_summary=count', 1],
    ['Patient?_count=1', 1],
    ['Patient?_count=1&_total=accurate', 2],
    ['Patient?_sort=birthdate', 2],
    ['Observation?patient=Patient/a', 1],
    ['Observation?patient=Patient/a&_sort=-date', 1],
    ['Observation?date=ge2020', 1],
    ['Observation?subject:Patient.name=ann', 2],
    ['Patient?_has:Observation:patient:status=final', 2],
    ['Patient?_has:Observation:patient:subject:Patient.name=ann', 3],
    ['Patient?_id=a&_revinclude=Observation:subject', 2],
    ['Observation?_include=Observation:subject', 3],
  ] as const) {
    const sent = await commands(server.get(path))
    t.strictSame([sent.length, sent.at(-1)], [count + 1, RECORD], path)
  }
})

t.test('a transaction asks as often, however many entries it has', { skip }, async (t) => {
  const { server, commands } = await open(t)
  const bundle = (count: number) => {
    const entry = Array.from({ length: count }, (_, at) => {
      const fullUrl = `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
      const resource = at % 2 === 0 ? patient(`Ann${at}`) : observation(fullUrl.replace(/.$/, String((at - 1) % 10)))
      return { fullUrl, resource, request: { method: 'POST', url: resource.resourceType } }
    })
    return { resourceType: 'Bundle', type: 'transaction', entry }
  }
  await commands(server.post('', bundle(2)))
  const few = await commands(server.post('', bundle(4)))
  t.strictSame(few, ['find', 'find', 'bulkWrite', 'commitTransaction'], 'one question for each type')
  const many = await commands(server.post('', bundle(200)))
  t.strictSame(
    many,
    ['find', 'find', 'insert', 'insert', 'insert', RECORD, 'commitTransaction'],
    'one write for each collection',
  )
  t.strictSame(await commands(server.post('', bundle(900))), many)
})

t.test('what is conditional is looked for before, and once more within the transaction', { skip }, async (t) => {
  const { server, commands } = await open(t)
  await commands(server.post('Patient', patient('Ann')), 201)
  const unless = (name: string) => ({ 'if-none-exist': `name=${name}` })
  t.strictSame(await commands(server.post('Patient', patient('Bo'), unless('bo')), 201), ['find', 'find', ...WRITE])
  t.strictSame(await commands(server.post('Patient', patient('Bo'), unless('bo'))), [
    'find',
    // Nothing is written but that nobody else made one meanwhile; what there is, is read.
    ...['find', 'bulkWrite', 'commitTransaction'],
    'find',
    RECORD,
  ])
})
