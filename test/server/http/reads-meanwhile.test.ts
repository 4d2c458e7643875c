import t from 'tap'
import { listen } from '../../support/listen.ts'

const ENTRIES = 5_000

const JSON_BODY = { 'content-type': 'application/fhir+json', prefer: 'return=minimal' }

const large = JSON.stringify({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: Array.from({ length: ENTRIES }, (_, at) => ({
    resource: { resourceType: 'Basic', id: `b${at}`, code: { text: 'one of many' } },
    request: { method: 'PUT', url: `Basic/b${at}` },
  })),
})

t.test('reads are answered while a large transaction is written, and see none of it or all', async (t) => {
  const { fhir } = await listen(t)
  const flag = {
    resourceType: 'Flag',
    id: 'f',
    status: 'active',
    code: { text: 'x' },
    subject: { reference: 'Patient/p' },
  }
  await fetch(`${fhir}/Flag/f`, { method: 'PUT', headers: JSON_BODY, body: JSON.stringify(flag) })
  let pending = true
  const transaction = fetch(fhir, { method: 'POST', headers: JSON_BODY, body: large }).then(async (answer) => {
    await answer.arrayBuffer()
    pending = false
    return answer.status
  })
  const totals: number[] = []
  let meanwhile = 0
  while (pending) {
    const read = await fetch(`${fhir}/Flag/f`)
    const { id } = (await read.json()) as { id: string }
    const search = await fetch(`${fhir}/Basic?_summary=count`)
    const { total } = (await search.json()) as { total: number }
    if (read.status !== 200 || id !== 'f' || search.status !== 200) t.fail(`${read.status}, ${search.status}`)
    if (pending) meanwhile++
    totals.push(total)
  }
  t.equal(await transaction, 200)
  t.ok(meanwhile > 0, 'at least one was answered before the transaction')
  t.comment(`${meanwhile} reads and searches were`)
  t.strictSame(
    totals.filter((total) => total !== 0 && total !== ENTRIES),
    [],
    'no half transaction was seen',
  )
  const { total } = (await (await fetch(`${fhir}/Basic?_summary=count`)).json()) as { total: number }
  t.equal(total, ENTRIES)
})

t.test('small writes are answered while a large transaction is checked', async (t) => {
  const { fhir } = await listen(t)
  let pending = true
  const transaction = fetch(fhir, { method: 'POST', headers: JSON_BODY, body: large }).then(async (answer) => {
    await answer.arrayBuffer()
    pending = false
    return answer.status
  })
  let meanwhile = 0
  for (let at = 0; pending; at++) {
    const body = JSON.stringify({ resourceType: 'Basic', id: `s${at}`, code: { text: 'x' } })
    const { status } = await fetch(`${fhir}/Basic/s${at}`, { method: 'PUT', headers: JSON_BODY, body })
    if (status !== 201) t.fail(`${status}`)
    if (pending) meanwhile++
  }
  t.equal(await transaction, 200)
  t.ok(meanwhile > 0, 'at least one was answered before the transaction')
})
