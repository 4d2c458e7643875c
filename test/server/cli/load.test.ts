import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { pack } from 'tar-stream'
import { demoBundles } from '../../../server/demo/hospital.ts'
import { post, transaction } from '../../support/bundles.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { searchParameter } from '../../support/search-parameters.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

const CLI = join(import.meta.dirname, '..', '..', '..', 'server', 'cli', 'main.ts')
const SAMPLE20 = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'data', 'synthea', 'sample20.tar.gz')

interface Run {
  code: number | null
  output: string
}

async function fhir(folder: string, args: string[], environment: Record<string, string> = {}): Promise<Run> {
  const env = { ...process.env, ...(await placeOf(folder)), ...environment }
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, output }
}

async function tarGz(files: [string, string][]): Promise<Buffer> {
  const archive = pack()
  for (const [name, text] of files) archive.entry({ name }, text)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks))
}

const total = (output: string) => Number(/ total +(\d+)/.exec(output)?.[1])

t.test('Bundles, resources, NDJSON, and archives of them', async (t) => {
  const folder = storeFolder(t)
  const input = join(folder, 'input')
  mkdirSync(input)
  const [hospital, ...patients] = demoBundles({ today: '2026-11-01' })
  writeFileSync(
    join(input, '1.tar.gz'),
    await tarGz([
      ['a/hospital.json', JSON.stringify(hospital)],
      ['a/notes.txt', 'no'],
      ['b.json', JSON.stringify(patients[0])],
    ]),
  )
  const resources = (patients[1]?.entry ?? []).map((entry) => JSON.stringify(entry.resource))
  writeFileSync(join(input, '2.ndjson.gz'), gzipSync(`${resources.join('\n')}\n\n`))
  writeFileSync(join(input, '3.json'), JSON.stringify({ resourceType: 'Basic', code: { text: 'alone' } }))
  writeFileSync(
    join(input, '4.json'),
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: { resourceType: 'Basic', id: 'c', code: { text: 'c' } } }],
    }),
  )
  writeFileSync(join(input, '5.txt'), 'not looked at')
  const wanted = (hospital?.entry?.length ?? 0) + (patients[0]?.entry?.length ?? 0) + resources.length + 2
  const store = join(folder, 'store')
  const first = await fhir(store, ['load', input])
  t.equal(first.code, 0, first.output)
  t.equal(total(first.output), wanted)
  t.match(first.output, /Patient +2\n/)
  const again = await fhir(store, ['load', input])
  t.equal(again.code, 0)
  t.match(again.output, /left alone/, 'a second run does not load POSTed things twice')
  const server = await spawnServer(store)
  t.equal(((await (await fetch(`${server.fhir}/Basic?_summary=count`)).json()) as { total: number }).total, 2)
  const through = await fhir(store, ['load', join(input, '3.json'), '--again'], { PORT: new URL(server.url).port })
  t.match(through, { code: 0, output: /Loading into the server at http/ }, 'a server that has the store open is asked')
  t.equal(((await (await fetch(`${server.fhir}/Basic?_summary=count`)).json()) as { total: number }).total, 3)
  await server.end('SIGTERM')
})

t.test('what fails is listed, and the exit code is 1', async (t) => {
  const folder = storeFolder(t)
  const bundle = (type: string, ...resources: object[]) => ({
    resourceType: 'Bundle',
    type,
    entry: resources.map((resource) => ({ resource, request: { method: 'POST', url: 'Patient' } })),
  })
  const good = { resourceType: 'Patient' }
  const bad = { resourceType: 'Patient', gender: 'f' }
  writeFileSync(join(folder, 'batch.json'), JSON.stringify(bundle('batch', good, bad, good)))
  writeFileSync(join(folder, 'transaction.json'), JSON.stringify(bundle('transaction', good, bad)))
  writeFileSync(join(folder, 'broken.json'), '{"resourceType":')
  writeFileSync(
    join(folder, 'lines.ndjson'),
    `${JSON.stringify(good)}\nnonsense\n${JSON.stringify(bad)}\n${JSON.stringify(good)}\n`,
  )
  const { code, output } = await fhir(join(folder, 'store'), ['load', folder])
  t.equal(code, 1)
  t.equal(total(output), 4, output)
  t.match(output, /batch\.json Bundle\.entry\[1\]: 'f' is not a code of/)
  t.match(output, /transaction\.json: 'f' is not a code of .*Bundle\.entry\[1\]\.resource\.gender/)
  t.match(output, /broken\.json: .*not .*JSON/)
  t.match(output, /lines\.ndjson:2: .*not .*JSON/)
  t.match(output, /lines\.ndjson:3: 'f' is not a code/)
  t.match(output, /5 failed/)
})

const count = async (fhirBase: string, path: string) =>
  ((await (await fetch(`${fhirBase}/${path}`)).json()) as { total: number }).total

t.test('what was loaded is not loaded again, whichever way it goes', async (t) => {
  const folder = storeFolder(t)
  const store = join(folder, 'store')
  const file = join(folder, 'patients.ndjson')
  const withId = (at: number) => JSON.stringify({ resourceType: 'Patient', id: `n${at}` })
  const without = JSON.stringify({ resourceType: 'Basic', code: { text: 'same' } })
  const lines = [...Array.from({ length: 20 }, (_, at) => withId(at)), without, without, '{"resourceType":"Basic"}']
  writeFileSync(file, lines.join('\n'))
  const collection = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: JSON.parse(without), request: { method: 'POST', url: 'Basic' } }],
  }
  writeFileSync(join(folder, 'transaction.json'), JSON.stringify(collection))
  const first = await fhir(store, ['load', file, join(folder, 'transaction.json')])
  t.match(first, { code: 1, output: /patients\.ndjson:23: The element code is missing\. \(code\)/ })
  t.equal(total(first.output), 23)
  writeFileSync(file, [...lines.slice(0, -1), '{"resourceType":"Basic","code":{"text":"mended"}}'].join('\r\n'))
  const mended = await fhir(store, ['load', file])
  t.match(mended, { code: 0 }, 'a line that was mended goes in, the others are known')
  t.equal(total(mended.output), 1, mended.output)
  const server = await spawnServer(store)
  t.teardown(() => server.stop())
  const through = await fhir(store, ['load', file, join(folder, 'transaction.json')])
  t.match(through, { code: 0, output: /Loading into the server at http/ }, 'the server is found without its port')
  t.equal(total(through.output), 0, through.output)
  t.equal(await count(server.fhir, 'Basic?_summary=count'), 4)
  t.match(await (await fetch(`${server.fhir}/Patient/n7`)).json(), { meta: { versionId: '1' } })
  t.equal(total((await fhir(store, ['load', file, '--again'])).output), 23)
  t.match(await (await fetch(`${server.fhir}/Patient/n7`)).json(), { meta: { versionId: '2' } })
})

t.test('what is hard to read', async (t) => {
  const folder = storeFolder(t)
  const input = join(folder, 'in')
  mkdirSync(join(input, 'below'), { recursive: true })
  const basic = (text: string, id: string) => `{"resourceType":"Basic","id":"${id}","code":{"text":"${text}"}}`
  writeFileSync(
    join(input, 'a.ndjson'),
    Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(`${basic('one\u2028line', 'ls')}\n`)]),
  )
  writeFileSync(
    join(input, 'b.ndjson'),
    Buffer.concat([Buffer.from(basic('M\u00fcller', 'latin'), 'latin1'), Buffer.from(`\n${basic('after', 'after')}`)]),
  )
  writeFileSync(join(input, 'c.json.gz'), 'this is not gzip')
  writeFileSync(join(input, 'd.tar.gz'), gzipSync(Buffer.alloc(5000, 7)))
  writeFileSync(
    join(input, 'e.json'),
    `{"resourceType":"Bundle","type":"history","entry":[{"resource":${basic('old', 'h')}}]}`,
  )
  writeFileSync(
    join(input, 'f.json'),
    JSON.stringify({
      resourceType: 'Bundle',
      id: 'doc',
      type: 'document',
      identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c10' },
      timestamp: '2026-01-01T00:00:00Z',
      entry: [
        {
          fullUrl: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c11',
          resource: {
            resourceType: 'Composition',
            status: 'final',
            type: { text: 'x' },
            date: '2026-01-01',
            author: [{ display: 'x' }],
            title: 'x',
            subject: { reference: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c12' },
          },
        },
        { fullUrl: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c12', resource: { resourceType: 'Patient' } },
      ],
    }),
  )
  writeFileSync(
    join(input, 'g.json'),
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c13',
          resource: { resourceType: 'Patient', name: [{ family: 'Linked' }] },
        },
        {
          fullUrl: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c14',
          resource: {
            resourceType: 'Basic',
            id: 'k',
            code: { text: 'x' },
            subject: { reference: 'urn:uuid:8b5e0a3c-5b7e-4b7c-9a55-0d2e6f1f9c13' },
          },
        },
      ],
    }),
  )
  writeFileSync(
    join(input, 'h.json'),
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [
        { search: { mode: 'outcome' }, resource: { resourceType: 'OperationOutcome', issue: [] } },
        { search: { mode: 'match' }, resource: { resourceType: 'Basic', id: 's', code: { text: 's' } } },
      ],
    }),
  )
  writeFileSync(
    join(input, 'i.ndjson'),
    `${basic('x', 'dup').replace('{', '{"id":"dup",')}\n{"a":1}\n${basic('last', 'last')}\n`,
  )
  writeFileSync(join(input, 'below', 'z.json'), basic('below', 'below'))
  const store = join(folder, 'store')
  const { code, output } = await fhir(store, ['load', input])
  t.equal(code, 1)
  t.match(output, /b\.ndjson:1: The body is not valid UTF-8/)
  t.match(output, /c\.json\.gz: incorrect header check/)
  t.match(output, /d\.tar\.gz: /)
  t.match(output, /e\.json: A history cannot be loaded/)
  t.match(output, /i\.ndjson:1: A member name stands twice/)
  t.match(output, /i\.ndjson:2: It has no resourceType/)
  t.match(output, /6 failed/)
  const server = await spawnServer(store)
  t.teardown(() => server.stop())
  const get = async (path: string) => (await fetch(`${server.fhir}/${path}`)).json()
  t.match(await get('Basic/ls'), { code: { text: 'one\u2028line' } })
  for (const id of ['after', 's', 'last', 'below']) t.match(await get(`Basic/${id}`), { id })
  t.equal((await fetch(`${server.fhir}/Basic/h`)).status, 404)
  t.match(await get('Bundle?_summary=count'), { total: 1 }, 'a document stays one')
  const linked = (await get('Basic?subject:missing=false')) as {
    entry: { resource: { subject: { reference: string } } }[]
  }
  t.match(
    linked.entry[0]?.resource.subject.reference,
    /^Patient\/[0-9a-f-]{36}$/,
    'a linked collection keeps its links',
  )
})

t.test('wrong usage', async (t) => {
  const folder = storeFolder(t)
  t.match(await fhir(folder, ['load']), { code: 2, output: /Usage/ })
  t.match(await fhir(folder, ['fly']), { code: 2, output: /no command fly/ })
  t.match(await fhir(folder, []), { code: 0, output: /Usage/ })
  t.match(await fhir(folder, ['load', '/no/such/file.json']), {
    code: 1,
    output: /^There is no such file: \/no\/such\/file\.json$/m,
  })
  t.match(await fhir(folder, ['load', CLI]), { code: 1, output: /expected \.json/ })
  t.match(await fhir(folder, ['load', folder, '--shoe']), { code: 2, output: /Unknown option/ })
  t.match(await fhir(folder, ['load', '--help']), { code: 0, output: /^Usage.* load FILE/ })
  t.match(await fhir(folder, ['user', 'add', '--help']), { code: 0, output: /^Usage.* user add NAME/ })
  mkdirSync(join(folder, 'empty'))
  t.match(await fhir(folder, ['load', join(folder, 'empty')]), { code: 1, output: /nothing to load/ })
  t.match(await fhir(folder, ['load', folder, '--url', 'http://127.0.0.1:1']), {
    code: 1,
    output: /nothing to load|cannot be reached/,
  })
})

t.test('resumes after a kill in mid-load', async (t) => {
  const folder = storeFolder(t)
  const entry = Array.from({ length: 100 }, () => ({
    resource: { resourceType: 'Basic', code: { text: 'x' } },
    request: { method: 'POST', url: 'Basic' },
  }))
  const bundle = (mark: number) =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      timestamp: `2026-01-01T00:00:${String(mark % 60).padStart(2, '0')}Z`,
      id: `b${mark}`,
      entry,
    })
  writeFileSync(
    join(folder, 'in.tar.gz'),
    await tarGz(Array.from({ length: 300 }, (_, at) => [`${String(at).padStart(3, '0')}.json`, bundle(at)])),
  )
  const store = join(folder, 'store')
  const child = spawn(process.execPath, [CLI, 'load', join(folder, 'in.tar.gz')], {
    env: { ...process.env, ...(await placeOf(store)) },
    stdio: 'ignore',
  })
  const exit = once(child, 'exit')
  const written = () => statSync(`${store}/chartroom.sqlite-wal`, { throwIfNoEntry: false })?.size ?? 0
  while (written() < 2_000_000 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  t.strictSame(await exit, [null, 'SIGKILL'], 'it was in the middle')
  const resumed = await fhir(store, ['load', join(folder, 'in.tar.gz')])
  t.equal(resumed.code, 0, resumed.output)
  t.comment(resumed.output.split('\n').slice(-2).join(' '))
  const server = await spawnServer(store)
  t.equal(
    ((await (await fetch(`${server.fhir}/Basic?_summary=count`)).json()) as { total: number }).total,
    30_000,
    'each Bundle once',
  )
  await server.end('SIGTERM')
})

const skip = existsSync(SAMPLE20) ? false : 'left out: ../shared/data/synthea/sample20.tar.gz is not here'

t.test('sample20: 22,026 resources; reads, updates and histories of what was loaded', { skip }, async (t) => {
  const folder = storeFolder(t)
  const { code, output } = await fhir(folder, ['load', SAMPLE20])
  t.equal(code, 0, output)
  t.equal(total(output), 22_026)
  const server = await spawnServer(folder)
  t.teardown(() => server.stop())
  const get = async (path: string) => (await (await fetch(`${server.fhir}/${path}`)).json()) as Record<string, unknown>
  const patients = await get('Patient?_count=100')
  t.equal((patients.entry as object[]).length, 23)
  const { resource } = (patients.entry as { resource: { id: string; name: object[] } }[])[0]!
  const path = `Patient/${resource.id}`
  const update = await fetch(`${server.fhir}/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ ...resource, active: true }),
  })
  t.equal(update.status, 200)
  t.match(await get(path), { active: true, meta: { versionId: '2' } })
  t.match(await get(`${path}/_history`), {
    total: 2,
    entry: [{ request: { method: 'PUT' } }, { request: { method: 'POST' } }],
  })
  const ofPatient = await get(`Encounter?patient=${resource.id}&_summary=count`)
  t.ok(Number(ofPatient.total) > 0, 'links in the Bundle became references')
  const claims = await get('Claim?_count=1')
  t.ok(claims)
  for (const type of ['Claim', 'Observation', 'Encounter', 'Procedure', 'ExplanationOfBenefit']) {
    const text = JSON.stringify(await get(`${type}?_count=1000`))
    t.notMatch(text, /"reference":"(urn:|[A-Za-z]+\?)/, `no reference of ${type} is left as it came`)
  }
})

t.test('what is conditional waits for the index of the store', async (t) => {
  const folder = storeFolder(t)
  const server = await openServer(t, { DATA_DIR: folder })
  await server.put('Patient/old', { resourceType: 'Patient', id: 'old', name: [{ text: 'Ada' }] })
  await server.services.reindex.stop()
  const parameter = searchParameter('called', 'Patient.name.text')
  t.equal((await server.post('SearchParameter', parameter)).status, 201)
  await server.services.close()
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
  const subject = { reference: 'Patient?called=ada' }
  const file = join(folder, 'a.json')
  writeFileSync(file, JSON.stringify(transaction(post({ ...observation, subject }))))
  const { code, output } = await fhir(folder, ['load', file])
  t.equal(code, 0, output)
  const again = await openServer(t, { DATA_DIR: folder })
  t.equal((await again.get('Observation?subject=Patient/old&_summary=count')).json.total, 1)
})
