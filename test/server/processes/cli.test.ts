import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { patient } from '../../support/bundles.ts'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { mongoUrl, withoutMongo } from '../../support/mongo.ts'
import { startProcesses, until } from '../../support/processes.ts'
import { searchParameter } from '../../support/search-parameters.ts'
import { spawnServer } from '../../support/spawn.ts'

// Of commands that work beside servers on a database, which is always MongoDB.
const skip = await withoutMongo()

t.setTimeout(180_000)

const fhir = (url: string, ...args: string[]) => runCli({ MONGODB_URL: url }, ...args)

t.test('load and reindex work beside the servers', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const processes = await startProcesses(t, 1, url)
  const file = join(storeFolder(t), 'in.ndjson')
  const lines = [
    searchParameter('nick', "Patient.name.where(use = 'nickname').given", { id: 'nick' }),
    ...Array.from({ length: 20 }, (_, at) => patient({ id: `p${at}`, name: [{ use: 'nickname', given: ['Ada'] }] })),
  ]
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  const loaded = await fhir(url, 'load', file)
  t.match(loaded, { code: 0, output: / total +21\n/ })
  t.match(loaded.output, /^Loading into the store in mongodb:\/\/[\w.:]+\/chartroom-test-\w+\n/)
  t.match(await fhir(url, 'load', file), { code: 0, output: /21 Bundles or resources were loaded before/ })
  await until('the server searches by what was loaded', 30_000, async () => {
    const strict = { prefer: 'handling=strict' }
    const { status, json } = await processes.ask('GET', 'Patient?nick=ada&_summary=count', undefined, strict)
    return status === 200 && json.total === 20
  })
  const indexed = await fhir(url, 'reindex')
  t.match(indexed, { code: 0, output: /^Indexing anew the store in mongodb:[^\n]+\n(.*\n)*21 resources indexed, / })
  t.match(await fhir(url, 'reindex', '--url', `${processes.servers[0]!.fhir}`), { code: 0, output: /21 resources/ })
  const gone = await fhir('mongodb://ann:secret@127.0.0.1:9/x', 'load', file)
  t.match(gone, { code: 1, output: /^mongodb:\/\/127\.0\.0\.1:9\/x: MongoDB cannot be reached[^\n]*\n$/ })
})

t.test('of two servers that start on an empty database one loads the demo hospital', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const start = () => spawnServer(storeFolder(t), { MONGODB_URL: url, DEMO: 'on' })
  const servers = await Promise.all([start(), start()])
  t.teardown(() => Promise.all(servers.map((server) => server.stop())))
  const count = async (path: string) =>
    ((await (await fetch(`${servers[0]!.fhir}/${path}`)).json()) as { total: number }).total
  t.equal(await count('Patient?_summary=count'), 30)
  const told = () => servers.filter((server) => /A demo hospital of 30/.test(server.output())).length
  await until('one says so', 5_000, async () => told() > 0)
  t.equal(told(), 1)
  t.ok((await count('_history?_count=0')) < 3_000, 'nothing came twice')
  const third = await spawnServer(storeFolder(t), { MONGODB_URL: url })
  t.notMatch(third.output(), /demo hospital/)
  await third.end('SIGTERM')
})
