import t from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'

const SNOMED = 'http://snomed.info/sct'

t.test('while the terminology server is away lookups are 503, and no write fails for it', async (t) => {
  const folder = storeFolder(t)
  const place = { ...(await placeOf(folder)), DATA_DIR: folder }
  const server = await openServer(t, { ...place, CHARTROOM_TERMINOLOGY_SERVER: `${SNOMED}=http://127.0.0.1:9/r4` })
  const looked = await server.get(`CodeSystem/$lookup?system=${encodeURIComponent(SNOMED)}&code=22298006`)
  t.match(looked, {
    status: 503,
    json: { issue: [{ code: 'transient', diagnostics: /The terminology server 127\.0\.0\.1:9 / }] },
  })
  const written = await server.put('Condition/c', {
    resourceType: 'Condition',
    id: 'c',
    subject: { display: 'somebody' },
    code: { coding: [{ system: SNOMED, code: '22298006', display: 'Myocardial infarction' }] },
  })
  t.equal(written.status, 201)
})
