import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { openServer } from '../../support/server.ts'

const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'x'.repeat(3000) }] }

/** What a client may say, and whether gzip is the best that it takes (RFC 9110, 12.5.3). */
const GZIP = ['gzip', 'GZIP', 'x-gzip', '*', 'br, gzip', 'gzip;q=0.5', 'gzip ; q=1.0', 'identity;q=0, gzip', '*;q=0.1']
const IDENTITY = ['', 'identity', 'br', 'gzip;q=0', 'gzip;q=0.000', 'gzip; q=0', '*;q=0', 'gzipped', 'br, gzip;q=0, x']

t.test('gzip where the client takes it', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  const plain = await server.get('Patient/p')
  t.equal(plain.headers['content-encoding'], undefined, 'nobody asked')
  for (const encoding of GZIP) {
    const { headers, bytes } = await server.get('Patient/p', { 'accept-encoding': encoding })
    t.equal(headers['content-encoding'], 'gzip', encoding)
    t.match(headers.vary, /\bAccept-Encoding\b/, encoding)
    t.equal(Number(headers['content-length']), bytes.length, encoding)
    if (headers['content-encoding'] === 'gzip') t.strictSame(gunzipSync(bytes), plain.bytes, encoding)
  }
})

t.test('identity where it does not', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  for (const encoding of IDENTITY) {
    const { headers, json } = await server.get('Patient/p', { 'accept-encoding': encoding })
    t.equal(headers['content-encoding'], undefined, encoding)
    t.match(headers.vary, /\bAccept-Encoding\b/, `${encoding}: caches must know that it could differ`)
    t.match(json, { id: 'p' }, encoding)
  }
})

t.test('a coding named by itself goes before *, and the greater weight wins', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  const coding = async (encoding: string) =>
    (await server.get('Patient/p', { 'accept-encoding': encoding })).headers['content-encoding']
  t.equal(await coding('gzip;q=0, *'), undefined, 'any but gzip')
  t.equal(await coding('*, gzip;q=0'), undefined)
  t.equal(await coding('*;q=0, gzip'), 'gzip', 'gzip alone')
  t.equal(await coding('identity;q=1, gzip;q=0.5'), undefined, 'plain is preferred')
  t.equal(await coding('identity;q=0.5, gzip;q=1'), 'gzip')
})

t.test('what is small goes as it is', async (t) => {
  const server = await openServer(t)
  await server.put('Basic/b', { resourceType: 'Basic', id: 'b', code: { text: 'x' } })
  t.equal((await server.get('Basic/b', { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined)
})
