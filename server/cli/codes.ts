import { newestVersion } from '../../resources/terminology/loaders/code-system.ts'
import { PACKAGE } from '../../resources/terminology/loaders/publish.ts'
import { type Config, readConfig } from '../config.ts'
import { type Knowledge, openKnowledge } from '../knowledge.ts'
import { CONSOLE, type Console, type Environment, tableOf } from './administration.ts'
import { recordBeside } from './beside-record.ts'
import { loadCodes, readLoad } from './codes-load.ts'
import { removeCodes } from './codes-remove.ts'

/** How the command is used. */
export const CODES_USAGE = `codes load KIND FILE…|DIR [--version V] [--from DAY]
    codes list
    codes remove KIND|SYSTEM[|VERSION]
    Loads code systems, value sets and maps from the public files of a kind, or from all of them in a folder (cms):
    icd-10-cm, icd-10-pcs, hcpcs, ms-drg, place-of-service, hcc, icd-o-3, casefinding, naaccr; with a licence of yours
    loinc, snomed, rxnorm. Files may end in .gz. A new year of ICD-10 goes into the edition that is held, from its first
    day on. It works beside the server, which knows the codes at once. A line that is no good is named, and nothing of
    that kind is put in.`

/** Runs `codes`; answers the exit code: 0, 1 when it failed, 2 for wrong usage. */
export async function codes(
  [verb = '', ...args]: string[],
  environment: Environment,
  console: Console = CONSOLE,
): Promise<number> {
  const wrong = (words: string) => {
    console.err(`${words === '' ? '' : `${words}\n`}Usage: npm run fhir -- ${CODES_USAGE}\n`)
    return 2
  }
  const config = () => readConfig({ ...environment, DEMO: 'off' })
  if (verb === 'load') {
    const asked = readLoad(args, environment)
    if (typeof asked === 'string') return wrong(asked)
    await loadCodes(asked, config(), console)
    return 0
  }
  if (verb === 'list' && args.length === 0) return listed(config(), console)
  const [what] = args
  if (verb === 'remove' && what !== undefined && args.length === 1) return removed(what, config(), console)
  return wrong('')
}

async function listed(config: Config, { out }: Console): Promise<number> {
  const lines = await withKnowledge(config, rowsOf)
  out(lines.map((line) => `${line}\n`).join(''))
  return 0
}

async function removed(what: string, config: Config, { out }: Console): Promise<number> {
  await recordBeside(config, { kind: 'operation', code: 'codes-remove', action: 'D', query: `codes remove ${what}` })
  const gone = await withKnowledge(config, (knowledge) => removeCodes(what, knowledge))
  out(`Removed ${gone.join(', ')}.\n`)
  return 0
}

async function withKnowledge<T>(config: Config, work: (knowledge: Knowledge) => Promise<T>): Promise<T> {
  const knowledge = await openKnowledge(config)
  try {
    return await work(knowledge)
  } finally {
    await knowledge.close()
  }
}

/** A row for each edition, and for each package of definitions with the codes that it goes with. */
async function rowsOf({ concepts, packages }: Knowledge): Promise<string[]> {
  const editions = (await concepts.editions()).map((edition) => [
    edition.system,
    edition.periods?.map(({ version, from }) => `${version} from ${from}`).join(', ') ?? newestVersion(edition),
    edition.title ?? edition.name,
  ])
  const kinds = (await packages.packages())
    .filter(({ name }) => name.startsWith(PACKAGE))
    .map(({ name, version, loaded, definitions }) => [
      name.slice(PACKAGE.length),
      version,
      loaded.slice(0, 16).replace('T', ' '),
      String(definitions),
    ])
  return [
    ...tableOf(['SYSTEM', 'VERSION', 'TITLE'], editions.sort(), 'No code systems were loaded.'),
    ...(kinds.length === 0 ? [] : ['', ...tableOf(['KIND', 'VERSION', 'LOADED', 'DEFINITIONS'], kinds.sort(), '')]),
    ...(await canonicalsOf(packages)),
  ]
}

/** The value sets and maps of all kinds, by the canonicals that questions name them by. */
async function canonicalsOf(packages: Knowledge['packages']): Promise<string[]> {
  const rows: string[][] = []
  for (const type of ['ValueSet', 'ConceptMap']) {
    for (const head of await packages.list(type)) {
      if (head.package.startsWith(PACKAGE)) rows.push([type, head.package.slice(PACKAGE.length), head.url])
    }
  }
  return rows.length === 0 ? [] : ['', ...tableOf(['TYPE', 'KIND', 'CANONICAL'], rows.sort(), '')]
}
