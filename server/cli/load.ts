import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { FhirError } from '../../resources/fhir-error.ts'
import { readConfig } from '../config.ts'
import { type KeyOf, sendableOf } from './bundles.ts'
import { loadKeys } from './keys.ts'
import { Progress } from './progress.ts'
import { listFiles, type Piece, readPieces } from './sources.ts'
import { Tally } from './tally.ts'
import { openTarget, type Target } from './target.ts'
import { TOKEN_OPTION, tokenOf } from './token.ts'

/** How the command is used. */
export const USAGE = `load FILE…|DIR [--url FHIR_BASE] [--token-file FILE] [--again]
    Loads Bundles (.json), NDJSON, either with .gz, and .tar.gz of them, in the order of the names, into the store
    in DATA_DIR; where a server has it open, through that server. With MONGODB_URL, into that database, beside the
    servers that are on it. A server is shown the access token in the file, or in CHARTROOM_TOKEN. Run again after a
    break, it goes on where it stopped: what was loaded before, by the name of its file and its content, is left alone,
    whatever became of it since; --again loads it once more. Under another name it is other data.`

/** Runs `load`; answers the exit code: 0, 1 when something failed, 2 for wrong usage. */
export async function load(args: string[], environment: Record<string, string | undefined>): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\nUsage: npm run fhir -- ${USAGE}\n`)
    return 2
  }
  // npm runs scripts in the project's folder and tells where it was called.
  const files = await listFiles(options.paths.map((path) => resolve(environment.INIT_CWD ?? '', path)))
  if (files.length === 0) throw new Error('there is nothing to load in what was named')
  const token = tokenOf(environment, options.tokenFile && resolve(environment.INIT_CWD ?? '', options.tokenFile))
  const target = await openTarget(readConfig({ ...environment, DEMO: 'off' }), { ...options, token })
  process.stdout.write(`Loading into ${target.description}\n`)
  const progress = new Progress(files.reduce((sum, { size }) => sum + size, 0))
  const tally = new Tally()
  const keyOf = loadKeys(options.again)
  try {
    for (const { path } of files) await loadFile(path, target, keyOf, tally, progress)
  } finally {
    progress.stop()
    await target.close()
  }
  process.stdout.write(`${tally.summary().join('\n')}\n`)
  return tally.failures > 0 ? 1 : 0
}

interface Options {
  paths: string[]
  url: string | undefined
  tokenFile: string | undefined
  again: boolean
}

/** The options, or what is wrong with them. */
function readOptions(args: string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...TOKEN_OPTION,
        url: { type: 'string' },
        again: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    })
    if (values.help) return ''
    return positionals.length === 0
      ? 'Name the files to load.'
      : { paths: positionals, url: values.url, tokenFile: values['token-file'], again: values.again }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Loads a file; what is wrong with the file itself is noted, and the next one has its turn. */
async function loadFile(path: string, target: Target, keyOf: KeyOf, tally: Tally, progress: Progress): Promise<void> {
  try {
    for await (const piece of readPieces(path, (bytes) => progress.read(bytes))) {
      await loadPiece(piece, target, keyOf, tally)
      progress.show(tally.total)
    }
  } catch (error) {
    tally.fail(path, [{ diagnostics: error instanceof Error ? error.message : String(error) }])
  }
}

async function loadPiece(piece: Piece, target: Target, keyOf: KeyOf, tally: Tally): Promise<void> {
  try {
    const { text, entryName, refused } = sendableOf(piece, keyOf)
    for (const { name, error } of refused) tally.fail(name, error.issues)
    // Lines have a key each; a Bundle that goes as it came has one for all of it.
    const key = piece.lines ? undefined : keyOf(piece.name, text)
    tally.take(piece.name, await target.send(text, key), entryName)
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    tally.fail(piece.name, error.issues)
  }
}
