import t from 'tap'
import { batch, get, patient, put, remove, transaction, versions } from '../../support/bundles.ts'
import { openServer } from '../../support/server.ts'

/** Paths that go on behind an id and are none. */
const PATHS = ['Patient/p/foo', 'Patient/p/$nothing', 'Patient/p/foo/1', 'Patient/p/_history/1/2', 'Patient/p/1']
const OUTCOME = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] }

t.test('what stands behind an id names no resource', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  for (const path of PATHS) {
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const body = method === 'PUT' ? patient({ id: 'p', active: true }) : undefined
      const { status, json } = await server.ask(method, path, body)
      t.equal(status, 404, `${method} ${path}`)
      if (method !== 'HEAD') t.match(json, OUTCOME, `${method} ${path}`)
    }
  }
  t.equal(await versions(server), 1)
  t.equal((await server.get('Patient/p')).status, 200)
})

t.test('nor does it in a batch', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const wrong = PATHS.flatMap((path) => [get(path), put(patient({ id: 'p' }), path), remove(path)])
  const { status, json } = await server.post('', batch(...wrong, get('Patient/p')))
  t.equal(status, 200)
  for (const [at, { request }] of wrong.entries()) {
    const expression = [`Bundle.entry[${at}]`]
    const outcome = { ...OUTCOME, issue: [{ ...OUTCOME.issue[0], expression }] }
    t.match(json.entry[at], { response: { status: '404 Not Found', outcome } }, `${request.method} ${request.url}`)
  }
  t.match(json.entry.at(-1), { response: { status: '200 OK' } })
  t.equal(await versions(server), 1)
})

t.test('a transaction with such an entry is refused and names it', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  for (const path of PATHS) {
    for (const wrong of [get(path), put(patient({ id: 'p' }), path), remove(path)]) {
      const { status, json } = await server.post('', transaction(put(patient({ id: 'q' })), wrong))
      t.equal(status, 404, `${wrong.request.method} ${path}`)
      t.match(json, { issue: [{ code: 'not-found', expression: ['Bundle.entry[1]'] }] })
    }
  }
  t.equal(await versions(server), 1)
})
