import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { packageOf, profileOf } from '../../support/packages.ts'
import { placeOf } from '../../support/place.ts'
import { type Json, openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

const fhir = async (folder: string, ...args: string[]) => runCli(await placeOf(folder), ...args)

/** A file with a package. */
async function fileOf(t: Test, name: string, manifest: Record<string, unknown> = {}): Promise<string> {
  const file = join(storeFolder(t), `${name}.tgz`)
  writeFileSync(
    file,
    await packageOf({ name, ...manifest }, { 'StructureDefinition-p.json': profileOf('p', 'Patient') }),
  )
  return file
}

t.test('in the store itself: added, listed, removed, and on record', async (t) => {
  const folder = storeFolder(t)
  const [b, a] = [
    await fileOf(t, 'b', { dependencies: { a: '1.0.0', c: '1.0.0' } }),
    await fileOf(t, 'a', { title: 'Guide A' }),
  ]
  const added = await fhir(folder, 'package', 'add', b, a)
  t.equal(added.code, 0, added.output)
  t.match(added.output, '1 of 2: b@1.0.0, 1 definitions\n2 of 2: a@1.0.0, 1 definitions\n')
  t.match(added.output, 'Warning: b 1.0.0 depends on c 1.0.0, which is not loaded.\n')
  t.notMatch(added.output, 'depends on a', 'the order of the files does not matter')
  const listed = await fhir(folder, 'package', 'list')
  t.match(listed.output, /^package {2}definitions.*\nb@1\.0\.0 .*\na@1\.0\.0 .*Guide A\n$/)
  t.equal((await fhir(folder, 'package', 'remove', 'b@1.0.0')).code, 0)
  const gone = await fhir(folder, 'package', 'remove', 'b@1.0.0')
  t.equal(gone.code, 1)
  t.match(gone.output, 'There is no package b@1.0.0.')
  t.notMatch((await fhir(folder, 'package', 'list')).output, 'b@1.0.0')
  const server = await openServer(t, { DATA_DIR: folder })
  const { json } = await server.get('AuditEvent?_count=50')
  const asked = json.entry.flatMap(({ resource }: Json) =>
    (resource.entity ?? []).flatMap(({ query }: Json) => (query ? [Buffer.from(query, 'base64').toString()] : [])),
  )
  t.strictSame(asked.filter((words: string) => words.startsWith('package ')).sort(), [
    'package add a@1.0.0',
    'package add b@1.0.0',
    'package remove b@1.0.0',
  ])
})

t.test('while a server has the store open, which sees it at once', async (t) => {
  const folder = storeFolder(t)
  const server = await spawnServer(folder)
  t.teardown(() => server.stop())
  const file = await fileOf(t, 'a', { dependencies: { b: '1.0.0' } })
  const added = await fhir(folder, 'package', 'add', file)
  t.equal(added.code, 0, added.output)
  t.match(added.output, 'a@1.0.0, 1 definitions')
  t.match(added.output, 'depends on b 1.0.0')
  t.match((await fhir(folder, 'package', 'list')).output, 'a@1.0.0')
  const told = await fetch(`${server.fhir}/metadata`).then((answer) => answer.text())
  t.match(told, 'http://example.org/StructureDefinition/p')
  t.equal((await fhir(folder, 'package', 'remove', 'a@1.0.0')).code, 0)
  t.match((await fhir(folder, 'package', 'list')).output, 'There are no packages.')
  const elsewhere = storeFolder(t)
  const through = await fhir(elsewhere, 'package', 'add', file, '--url', `${server.fhir}/`)
  t.equal(through.code, 0, through.output)
  t.match(
    through.output,
    /Loading into the server at .*\n1 of 1: a@1\.0\.0, 1 definitions\nWarning: a 1\.0\.0 depends on b/,
  )
  t.match((await fhir(folder, 'package', 'list')).output, 'a@1.0.0')
  t.equal((await fhir(elsewhere, 'package', 'remove', 'a@1.0.0', '--url', server.fhir)).code, 0)
  const again = await fhir(elsewhere, 'package', 'remove', 'a@1.0.0', '--url', server.fhir)
  t.equal(again.code, 1)
  t.match(again.output, 'There is no such package here.')
})

t.test('what is no good is told by its file, and does not keep others away', async (t) => {
  const folder = storeFolder(t)
  const bad = join(storeFolder(t), 'bad.tgz')
  writeFileSync(bad, 'no archive')
  const good = await fileOf(t, 'good')
  const run = await fhir(folder, 'package', 'add', bad, join(folder, 'none.tgz'), good)
  t.equal(run.code, 1)
  t.match(run.output, `1 of 3: ${bad}: This package is not taken. It is no gzipped tar`)
  t.match(run.output, /2 of 3: .*none\.tgz: ENOENT/)
  t.match(run.output, '3 of 3: good@1.0.0')
  t.match((await fhir(folder, 'package', 'list')).output, 'good@1.0.0')
})

t.test('wrong usage', async (t) => {
  const folder = storeFolder(t)
  for (const args of [
    [],
    ['add'],
    ['list', 'x'],
    ['remove'],
    ['install', 'x'],
    ['add', 'x', '--force'],
    ['__proto__'],
  ]) {
    const run = await fhir(folder, 'package', ...args)
    t.equal(run.code, 2, args.join(' '))
    t.match(run.output, 'Usage: npm run fhir -- package add FILE…')
  }
  t.equal((await fhir(folder, 'package', 'remove', 'nameless')).code, 2)
})
