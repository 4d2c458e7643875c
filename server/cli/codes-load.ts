import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isDay } from '../../resources/terminology/loaders/days.ts'
import { Faults } from '../../resources/terminology/loaders/faults.ts'
import type { Asked, Loader } from '../../resources/terminology/loaders/loader.ts'
import { LICENSED, PUBLIC } from '../../resources/terminology/loaders/loaders.ts'
import { type Published, publish } from '../../resources/terminology/loaders/publish.ts'
import type { Config } from '../config.ts'
import { type Knowledge, openKnowledge } from '../knowledge.ts'
import type { Console, Environment } from './administration.ts'
import { recordBeside } from './beside-record.ts'
import { type Task, tasksFor } from './code-files.ts'
import { counted } from './counted.ts'
import { Progress } from './progress.ts'

/** All public kinds in one folder. */
export const ALL = 'cms'

/** What is to be loaded. */
export interface LoadAsked {
  loaders: readonly Loader[]
  kind: string
  paths: string[]
  asked: Asked
}

/** The arguments of `codes load`, or what is wrong with them. */
export function readLoad(args: string[], environment: Environment): LoadAsked | string {
  try {
    const options = { version: { type: 'string' }, from: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    const [kind, ...paths] = positionals
    const loaders = kind === ALL ? PUBLIC : [...PUBLIC, ...LICENSED].filter((loader) => loader.kind === kind)
    if (kind === undefined || paths.length === 0) return 'Name the kind, and the files or a folder.'
    if (loaders.length === 0) return `There are no codes of the kind ${kind}.`
    if (values.from !== undefined && !isDay(values.from)) return `--from ${values.from} is no day such as 2027-10-01.`
    if (kind === ALL && Object.keys(values).length > 0) return '--version and --from are for one kind.'
    // npm runs scripts in the project's folder and tells where it was called.
    return {
      loaders,
      kind,
      paths: paths.map((path) => resolve(environment.INIT_CWD ?? '', path)),
      asked: { ...values },
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Loads kind after kind; each is put in as a whole, or not at all. Rejects with words for the user. */
export async function loadCodes(
  { loaders, kind, paths, asked }: LoadAsked,
  config: Config,
  { out }: Console,
): Promise<void> {
  const { tasks, left } = await tasksFor(loaders, paths)
  await recordBeside(config, { kind: 'operation', code: 'codes-load', action: 'U', query: `codes load ${kind}` })
  const knowledge = await openKnowledge(config)
  try {
    out(`Loading codes into the store in ${config.storeName}\n`)
    for (const task of tasks) out(await loadTask(task, asked, knowledge))
    if (left.length > 0) out(`Left alone: ${left.join(', ')}\n`)
  } finally {
    await knowledge.close()
  }
}

async function loadTask({ loader, files }: Task, asked: Asked, knowledge: Knowledge): Promise<string> {
  const faults = new Faults()
  const progress = new Progress(
    files.reduce((sum, { size }) => sum + size, 0),
    `records of ${loader.kind}`,
  )
  let words: readonly string[] = []
  let published: Published[] = []
  try {
    const reading = { faults, read: (bytes: number) => progress.read(bytes) }
    const paths = files.map(({ path }) => path)
    const based = new Map<string, string | undefined>()
    const held = async (system: string) => {
      const source = await knowledge.concepts.open(system)
      based.set(system, source?.key)
      return source
    }
    const loaded = await loader.load(paths, asked, held, reading)
    words = loaded.words
    const show = (records: number) => progress.show(records)
    published = await publish(loader.kind, loaded, knowledge, { faults, progress: show, based })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${loader.kind} was not loaded, and is as it was before:\n${message}`, { cause: error })
  } finally {
    progress.stop()
  }
  return [...published.map(lineOf), ...words.map((one) => `  ${one}`)].map((line) => `${line}\n`).join('')
}

function lineOf({ edition, concepts, records }: Published): string {
  const version = edition.version ?? edition.periods?.map((period) => period.version).join(', ')
  const more = records > concepts ? ` (${counted(records, 'record')})` : ''
  return `${edition.system} ${version}: ${counted(concepts, 'code')}${more}`
}
