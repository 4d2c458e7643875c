import t from 'tap'
import { parseDocument } from '../../../resources/json/parse.ts'
import { prepareStamp } from '../../../resources/json/stamp.ts'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { type Json, openServer } from '../../support/server.ts'

const event = (id: string, more: object = {}) => ({
  resourceType: 'AuditEvent',
  id,
  type: { code: '110114' },
  recorded: '2020-02-03T04:05:06Z',
  agent: [{ who: { reference: 'Patient/a' }, requestor: true }],
  source: { observer: { display: 'ris' } },
  ...more,
})

t.test('AuditEvents of an older chartroom go into the log at the start, once, with their ids', async (t) => {
  const place = await placeOf(storeFolder(t))
  const { store } = await openStore(readConfig({ DEMO: 'off', AUTH: 'off', ...place }))
  const events = [event('one'), event('two', { outcome: '4' }), event('huge', { outcomeDesc: 'x'.repeat(300_000) })]
  const changes = events.map((one) => {
    const document = parseDocument(Buffer.from(JSON.stringify(one)), 50)
    const { id } = one
    return {
      kind: 'write' as const,
      method: 'PUT' as const,
      type: 'AuditEvent',
      id,
      ...prepareStamp(document, id),
      entries: [],
    }
  })
  const outcomes = await store.commit({ changes, guards: [] })
  await store.close()
  for (const [moved, left] of [
    [2, 1],
    [0, 1],
  ]) {
    const server = await openServer(t, { ...place })
    t.match(server.services.moved, { moved, left })
    const found = await server.get('AuditEvent?date=2020-02&_count=10')
    t.strictSame(found.json.entry.map(({ resource }: Json) => resource.id).sort(), ['one', 'two'])
    const read = await server.get('AuditEvent/two')
    const lastUpdated = new Date(outcomes[1]!.lastUpdated).toISOString()
    t.strictSame(read.json, { ...event('two', { outcome: '4' }), meta: { versionId: '1', lastUpdated } })
    t.equal((await server.get(`AuditEvent?_lastUpdated=${lastUpdated}&date=2020`)).json.total, 2)
    t.equal((await server.get('AuditEvent/huge')).status, 404)
    t.not((await server.services.store.read('AuditEvent', 'huge'))?.text, undefined, 'it stays where it was')
    await server.app.close()
    await server.services.close()
  }
})
