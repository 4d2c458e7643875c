import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '..')

/** A room may import those before it, never those behind it. */
const LAW = ['resources', 'search', 'auth', 'him', 'operations', 'server']

/** Packages that only some places may import. */
const KEPT: Record<string, RegExp> = {
  fastify: /^server\//,
  'oidc-provider': /^server\/oauth\//,
  mongodb: /(\/mongo\/|\/mongo\.ts$)/,
  'node:sqlite': /(\/sqlite\/|\/sqlite\.ts$)/,
}

const MOST_LINES = 300
const MEDIAN_LINES = 100

const rooms = LAW.filter((room) => existsSync(join(ROOT, room)))
const files = rooms.flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .map((name) => join(room, name))
    .filter((name) => /\.(ts|js)$/.test(name)),
)
const source = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const importsOf = (file: string) =>
  [
    ...source(file).matchAll(
      /(?:^|\n)\s*(?:import|export)[^'"]*?from '([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')

t.test('imports go from right to left only', async (t) => {
  for (const file of files) {
    const room = LAW.indexOf(file.split('/')[0]!)
    for (const wanted of importsOf(file).filter((name) => name.startsWith('.'))) {
      const target = relative(ROOT, join(ROOT, dirname(file), wanted))
      const other = LAW.indexOf(target.split('/')[0]!)
      if (other > room || other < 0) t.fail(`${file} imports ${target}`)
      if (!/\.(ts|json)$/.test(wanted)) t.fail(`${file} imports ${wanted} without its ending`)
      if (!existsSync(join(ROOT, target))) t.fail(`${file} imports ${target}, which is not there`)
    }
  }
  t.ok(files.length > 50)
})

t.test('packages stay in their rooms', async (t) => {
  for (const file of files) {
    for (const name of importsOf(file)) {
      const allowed = KEPT[name]
      if (allowed && !allowed.test(file)) t.fail(`${file} imports ${name}`)
    }
  }
  t.ok(files.some((file) => importsOf(file).includes('node:sqlite')))
})

t.test('no file imports itself by a detour', async (t) => {
  const known = new Map(
    files.map((file) => [
      file,
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(ROOT, join(ROOT, dirname(file), name))),
    ]),
  )
  const done = new Set<string>()
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      t.fail([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const next of known.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  t.equal(done.size >= files.length, true)
})

t.test('small rooms', async (t) => {
  const lines = files.map((file) => source(file).split('\n').length)
  for (const [at, count] of lines.entries()) if (count > MOST_LINES) t.fail(`${files[at]} has ${count} lines`)
  const median = lines.sort((one, other) => one - other)[Math.floor(lines.length / 2)] ?? 0
  t.ok(median <= MEDIAN_LINES, `the median file has ${median} lines`)
})

t.test('production code has no any, no ignored types, no to-do marks, no grab-bag names', async (t) => {
  for (const file of files) {
    const text = source(file)
    if (/(: any\b|as any\b|<any>|@ts-ignore|@ts-expect-error|\bTODO\b|\bFIXME\b)/.test(text)) t.fail(file)
    if (/(utils?|helpers?|common|manager|service|impl|misc)\.ts$/i.test(file))
      t.fail(`${file}: name it for what it owns`)
  }
  t.pass('looked through')
})

t.test('each folder tells what it is', async (t) => {
  const folders = [...new Set([...files.map((file) => dirname(file)), 'bench', 'test'])]
  for (const folder of folders) t.ok(existsSync(join(ROOT, folder, 'README.md')), `${folder}/README.md`)
})
