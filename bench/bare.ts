import { fastify } from 'fastify'
import { openReader } from '../resources/store/sqlite/connect.ts'

/** The same-run limit: one Fastify route that sends the same bytes from one read by key, and does nothing else. */
const database = openReader(`${process.env.DATA_DIR}/chartroom.sqlite`)
const read = database.prepare(`SELECT v.text FROM resource r JOIN version v ON v.seq = r.seq
  JOIN type t ON t.id = r.type WHERE t.name = ? AND r.id = ?`)
const app = fastify()
app.get('/readyz', async () => 'ready')
app.get<{ Params: { type: string; id: string } }>('/fhir/:type/:id', (request, reply) => {
  const text = read.get(request.params.type, request.params.id)?.text as Uint8Array
  reply.header('content-type', 'application/fhir+json; charset=utf-8')
  reply.send(Buffer.from(text.buffer, text.byteOffset, text.byteLength))
})
await app.listen({ port: Number(process.env.PORT) })
