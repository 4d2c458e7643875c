import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { FhirError } from '../../resources/fhir-error.ts'
import { readConfig } from '../config.ts'
import { sendableOf } from './bundles.ts'
import { Progress } from './progress.ts'
import { listFiles, type Piece, readPieces } from './sources.ts'
import { Tally } from './tally.ts'
import { openTarget, type Target } from './target.ts'

/** How the command is used. */
export const USAGE = `load FILE…|DIR [--url FHIR_BASE] [--again]
    Loads Bundles (.json), NDJSON, either with .gz, and .tar.gz of them, in the order of the names, into the store
    in DATA_DIR; where a server has it open, through that server. Run again after a break, it goes on where it
    stopped; --again loads what was loaded before once more.`

/** Runs `load`; answers the exit code: 0, 1 when something failed, 2 for wrong usage. */
export async function load(args: string[], environment: Record<string, string | undefined>): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, again: { type: 'boolean', default: false } },
  })
  if (positionals.length === 0) {
    process.stderr.write(`Usage: npm run fhir -- ${USAGE}\n`)
    return 2
  }
  const files = await listFiles(positionals)
  const target = await openTarget(readConfig({ ...environment, DEMO: 'off' }), values.url)
  process.stdout.write(`Loading into ${target.description}\n`)
  const progress = new Progress(files.reduce((sum, { size }) => sum + size, 0))
  const tally = new Tally()
  const salt = values.again ? String(Date.now()) : ''
  try {
    for (const { path } of files) {
      for await (const piece of readPieces(path, (bytes) => progress.read(bytes))) {
        await loadPiece(piece, salt, target, tally)
        progress.show(tally.total)
      }
    }
  } catch (error) {
    tally.fail('load', [{ diagnostics: error instanceof Error ? error.message : String(error) }])
  } finally {
    progress.stop()
    await target.close()
  }
  process.stdout.write(`${tally.summary().join('\n')}\n`)
  return tally.failures > 0 ? 1 : 0
}

/** Loads one piece, once: its name and content are the key by which a later run knows it. */
async function loadPiece(piece: Piece, salt: string, target: Target, tally: Tally): Promise<void> {
  const identity = `${salt} ${piece.name} ${piece.lines?.[0] ?? ''} `
  const onceKey = createHash('sha256').update(identity).update(piece.bytes).digest('base64url')
  try {
    const { text, entryName, unreadable } = sendableOf(piece)
    for (const name of unreadable) tally.fail(name, [{ diagnostics: 'This is not valid JSON.' }])
    tally.take(piece.name, await target.send(text, onceKey), entryName)
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    tally.fail(piece.name, error.issues)
  }
}
