import t from 'tap'
import { openServer } from '../../support/server.ts'

const FHIR_BUT_NOT_JSON = ['application/fhir+xml', 'application/fhir+turtle', 'application/xml+fhir']

const binary = (contentType: string) => ({ resourceType: 'Binary', id: 'b', contentType, data: 'YQ==' })

t.test('a Binary resource in a form that the server does not have is not content', async (t) => {
  const server = await openServer(t)
  const xml = '<Binary xmlns="http://hl7.org/fhir"><contentType value="a/b"/></Binary>'
  for (const type of [...FHIR_BUT_NOT_JSON, 'application/fhir+xml; charset=utf-8', 'Application/FHIR+XML']) {
    const refused = { status: 415, json: { resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] } }
    t.match(await server.post('Binary', xml, { 'content-type': type }), refused, `POST ${type}`)
    t.match(await server.put('Binary/b', xml, { 'content-type': type }), refused, `PUT ${type}`)
  }
  t.equal((await server.get('Binary/b')).status, 404, 'nothing was kept')
  t.equal((await server.post('Binary', xml, { 'content-type': 'application/xml' })).status, 201, 'plain XML is content')
})

t.test('a Binary asked for in a form of FHIR that the server does not have: 406', async (t) => {
  const server = await openServer(t)
  await server.put('Binary/b', 'hello', { 'content-type': 'text/plain' })
  const refused = { status: 406, json: { resourceType: 'OperationOutcome' } }
  for (const path of ['Binary/b', 'Binary/b/_history/1']) {
    for (const accept of FHIR_BUT_NOT_JSON) t.match(await server.get(path, { accept }), refused, `${path} ${accept}`)
    for (const format of ['xml', 'application/fhir+xml', 'application/fhir%2Bxml', 'ttl', 'text/plain']) {
      t.match(await server.get(`${path}?_format=${format}`), refused, `${path} ${format}`)
    }
  }
  t.equal((await server.get('Binary/b', { accept: 'application/fhir+xml;q=0, text/plain' })).text, 'hello')
  const both = await server.get('Binary/b', { accept: 'application/fhir+xml, application/fhir+json;q=0.5' })
  t.match(both, { status: 200, json: { resourceType: 'Binary' } }, 'the form that the server has is taken too')
  t.match(await server.get('Binary/b?_format=json', { accept: 'application/fhir+xml' }), { status: 200 })
})

t.test('a stored content type that is no media type is served as bytes', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  const odd = [
    'text/plän',
    'text/плоский',
    'text/\u{1f4c4}',
    `text/${'x'.repeat(300)}`,
    'text',
    'text/plain, text/html',
  ]
  for (const contentType of [...odd, 'text/plain; a="\u00e9"', 'text/plain; x=1\ny: 2']) {
    t.match(await server.put('Binary/b', binary(contentType)), { status: /^20[01]$/ }, contentType)
    const { status, headers, text } = await server.get('Binary/b')
    t.equal(status, 200, contentType)
    t.equal(headers['content-type'], 'application/octet-stream', contentType)
    t.match(headers['content-security-policy'], /sandbox/, contentType)
    t.equal(text, 'a', contentType)
    t.equal((await server.get('Binary/b?_format=json')).json.contentType, contentType, 'as FHIR it is what was sent')
  }
})

t.test('one that is a media type is served as it is', async (t) => {
  const server = await openServer(t)
  for (const contentType of ['text/plain', 'application/vnd.ms-excel', 'text/plain; charset=utf-8; a="b c"']) {
    await server.put('Binary/b', binary(contentType))
    t.equal((await server.get('Binary/b')).headers['content-type'], contentType)
  }
})

t.test('a part of a Binary is FHIR: there are no parts of its content', async (t) => {
  const server = await openServer(t)
  await server.put('Binary/b', 'plain words', { 'content-type': 'text/plain' })
  for (const query of ['_summary=true', '_elements=contentType']) {
    const { status, headers, json } = await server.get(`Binary/b?${query}`)
    t.equal(status, 200, query)
    t.match(headers['content-type'], /^application\/fhir\+json/, query)
    t.match(json, { resourceType: 'Binary', contentType: 'text/plain', meta: { tag: [{ code: 'SUBSETTED' }] } }, query)
  }
})
