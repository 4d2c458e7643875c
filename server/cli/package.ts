import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { FhirError } from '../../resources/fhir-error.ts'
import { PACKAGE } from '../../resources/terminology/loaders/publish.ts'
import { readConfig } from '../config.ts'
import { openKnowledge } from '../knowledge.ts'
import { type Environment, tableOf } from './administration.ts'
import { type PackageDesk, packagesAt, packagesHere } from './package-desk.ts'
import { TOKEN_OPTION, tokenOf } from './token.ts'

/** How the command is used. */
export const PACKAGE_USAGE = `package add FILE… [--url FHIR_BASE] [--token-file FILE]
  package list
  package remove NAME@VERSION [--url FHIR_BASE] [--token-file FILE]
    Packages of definitions (implementation guides, npm-style .tgz for R4) in the place that DATA_DIR or MONGODB_URL names.
    add puts them in, in the place of those of the same name and version; a dependency that is not there is a warning.
    It works beside the servers that have the place open, which know of it at once. --url has another server do so,
    which is shown the access token in the file, or in CHARTROOM_TOKEN: with chartroom/admin and ImplementationGuide.cd.`

const OPTIONS = { url: { type: 'string' }, ...TOKEN_OPTION } as const

/** What was asked for. */
interface Asked {
  verb: string
  names: string[]
  url?: string
  'token-file'?: string
}

/** Runs `package`; answers the exit code: 0, 1 when something failed, 2 for wrong usage. */
export async function package_(args: string[], environment: Environment): Promise<number> {
  const asked = readAsked(args)
  if (!asked) {
    process.stderr.write(`Usage: npm run fhir -- ${PACKAGE_USAGE}\n`)
    return 2
  }
  if (asked.verb === 'list') return list(environment)
  const { url, 'token-file': file } = asked
  const from = (path: string) => resolve(environment.INIT_CWD ?? '', path)
  const config = readConfig({ ...environment, DEMO: 'off' })
  const desk =
    url === undefined
      ? await packagesHere(config)
      : packagesAt({ base: url.replace(/\/+$/, ''), token: tokenOf(environment, file && from(file)) })
  try {
    return asked.verb === 'add' ? await add(desk, asked.names.map(from)) : await remove(desk, asked.names[0] ?? '')
  } finally {
    await desk.close()
  }
}

/** Undefined for wrong usage. */
function readAsked(args: string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
    const [verb = '', ...names] = positionals
    const fits = { add: names.length > 0, list: names.length === 0, remove: names.length === 1 }
    return Object.hasOwn(fits, verb) && fits[verb as keyof typeof fits] ? { verb, names, ...values } : undefined
  } catch {
    return undefined
  }
}

async function list(environment: Environment): Promise<number> {
  const { packages, close } = await openKnowledge(readConfig({ ...environment, DEMO: 'off' }))
  try {
    const guides = (await packages.packages()).filter(({ name }) => !name.startsWith(PACKAGE))
    const rows = guides.map(({ name, version, definitions, loaded, title = '' }) => [
      `${name}@${version}`,
      String(definitions),
      loaded.slice(0, 10),
      title,
    ])
    const lines = tableOf(['package', 'definitions', 'loaded', 'title'], rows, 'There are no packages.')
    process.stdout.write(`${lines.join('\n')}\n`)
    return 0
  } finally {
    await close()
  }
}

/** Each file by itself: one that is no good does not keep the others away. */
async function add(desk: PackageDesk, files: readonly string[]): Promise<number> {
  let failed = 0
  process.stdout.write(`Loading into ${desk.description}\n`)
  const done: string[] = []
  for (const [at, file] of files.entries()) {
    const place = `${at + 1} of ${files.length}`
    try {
      const { name, version, definitions, warnings } = await desk.add(file, (count) => show(`${place}: ${count}`))
      show('')
      process.stdout.write(`${place}: ${name}@${version}, ${definitions} definitions\n`)
      done.push(...warnings)
    } catch (error) {
      show('')
      process.stderr.write(`${place}: ${file}: ${wordsOf(error)}\n`)
      failed++
    }
  }
  for (const warning of await desk.stillMissing(done))
    process.stdout.write(`Warning: ${warning.replace(/\.?$/, '.')}\n`)
  return failed > 0 ? 1 : 0
}

async function remove(desk: PackageDesk, text: string): Promise<number> {
  const [, name, version] = /^(.+)@([^@]+)$/.exec(text) ?? []
  if (name === undefined || version === undefined) {
    process.stderr.write('Name the package with its version: hl7.fhir.us.core@8.0.0\n')
    return 2
  }
  await desk.remove(name, version)
  process.stdout.write(`${name}@${version} is not there any more.\n`)
  return 0
}

/** How far it is, on a terminal alone. */
function show(words: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${words}${words === '' ? '' : ' definitions'}`)
}

function wordsOf(error: unknown): string {
  if (error instanceof FhirError) return error.issues.map(({ diagnostics }) => diagnostics).join(' ')
  return error instanceof Error ? error.message : String(error)
}
