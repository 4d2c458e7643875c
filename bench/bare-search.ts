import { fastify } from 'fastify'
import { openReader } from '../resources/store/sqlite/connect.ts'
import { type Facts, Ids, SEARCHES } from './searches.ts'

/**
 * The limit in the same run: a bare Fastify route a search, with SQL written by hand for it and a join of the stored
 * texts. `FACTS` is what to ask for, as JSON.
 */
const database = openReader(`${process.env.DATA_DIR}/chartroom.sqlite`)
const facts = JSON.parse(process.env.FACTS ?? '{}') as Facts
const ids = new Ids(database)
const app = fastify()
app.get('/readyz', async () => 'ready')

const BEFORE = Buffer.from('{"resourceType":"Bundle","type":"searchset","entry":[')
const ENTRY = Buffer.from('{"resource":')
const AFTER = Buffer.from('},')

for (const [number, row] of SEARCHES.entries()) {
  const queries = Array.from({ length: 20 }, (_, at) =>
    row.byHand(ids, facts, at).map(({ sql, values }) => ({ statement: database.prepare(sql), values })),
  )
  app.get<{ Params: { at: string } }>(`/bare/${number}/:at`, (request, reply) => {
    const parts: Buffer[] = [BEFORE]
    for (const { statement, values } of queries[Number(request.params.at)]!) {
      for (const { text } of statement.iterate(...values) as Iterable<{ text: Uint8Array }>) {
        parts.push(ENTRY, Buffer.from(text.buffer, text.byteOffset, text.byteLength), AFTER)
      }
    }
    parts.push(Buffer.from('{}]}'))
    reply.header('content-type', 'application/fhir+json; charset=utf-8')
    reply.send(Buffer.concat(parts))
  })
}
await app.listen({ port: Number(process.env.PORT) })
