import { fastify } from 'fastify'
import { BSON, MongoClient } from 'mongodb'
import type { DriverCall } from './record.ts'

/** The limit in the same run: routes that make the driver calls of `CALLS` (EJSON) and join the texts, and do nothing else. */
const calls = BSON.EJSON.parse(process.env.CALLS ?? '[]') as DriverCall[]
const client = new MongoClient(process.env.MONGODB_URL ?? '', {
  promoteBuffers: true,
  readConcern: { level: 'majority' },
})
await client.connect()
const database = client.db()
const app = fastify()
app.get('/readyz', async () => 'ready')

const BEFORE = Buffer.from('{"resourceType":"Bundle","type":"searchset","entry":[')
const ENTRY = Buffer.from('{"resource":')
const AFTER = Buffer.from('},')

app.get<{ Params: { at: string } }>('/bare/:at', async (request, reply) => {
  const { find, filter, ...options } = calls[Number(request.params.at)]!
  const parts: Buffer[] = [BEFORE]
  for (const { text } of await database.collection(find).find(filter, options).toArray()) parts.push(ENTRY, text, AFTER)
  parts.push(Buffer.from('{}]}'))
  reply.header('content-type', 'application/fhir+json; charset=utf-8')
  return reply.send(Buffer.concat(parts))
})
await app.listen({ port: Number(process.env.PORT) })
