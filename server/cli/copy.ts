import { parseArgs } from 'node:util'
import { encodeDeed } from '../../auth/audit/codec.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Config } from '../config.ts'
import { Copy, type CopyDigest } from '../copy/copy.ts'
import { wholeOf } from '../copy/digest.ts'
import { closeEnd, configOf, type End, openEnds, printable } from '../copy/ends.ts'
import { commandDeed } from './command-record.ts'
import { CopyProgress } from './copy-progress.ts'

/** How the command is used. */
export const COPY_USAGE = `copy --from PLACE --to PLACE
    Carries all that a store keeps to an empty one: every version of every resource as it is, the audit log,
    clients, users, keys and notes, packages and code systems; who is signed in does so again. A PLACE is sqlite:FOLDER or
    mongodb://HOSTS/DATABASE; the words sqlite and mongodb stand for DATA_DIR and MONGODB_URL (so that no password is
    in the list of processes). No server may have either open meanwhile. Run again after a break, it goes on where it
    stopped. In the end both are read and compared.`

/** Runs `copy`; answers the exit code: 0, 1 when it failed, 2 for wrong usage. */
export async function copy(args: string[], environment: Record<string, string | undefined>): Promise<number> {
  const configs = readPlaces(args, environment)
  if (typeof configs === 'string') {
    process.stderr.write(`${configs}\nUsage: npm run fhir -- ${COPY_USAGE}\n`)
    return 2
  }
  try {
    await copyBetween(...configs)
    return 0
  } catch (error) {
    process.stderr.write(`${printable(wordsOf(error), configs)}\n`)
    return 1
  }
}

/** The settings of both places, or what is wrong with them. */
function readPlaces(args: string[], environment: Record<string, string | undefined>): [Config, Config] | string {
  try {
    const { values } = parseArgs({ args, options: { from: { type: 'string' }, to: { type: 'string' } } })
    if (values.from === undefined || values.to === undefined) return 'Name both places.'
    return [configOf(values.from, environment), configOf(values.to, environment)]
  } catch (error) {
    return wordsOf(error)
  }
}

async function copyBetween(fromConfig: Config, toConfig: Config): Promise<void> {
  const { from, to } = await openEnds(fromConfig, toConfig)
  const progress = new CopyProgress()
  try {
    process.stdout.write(`Copying ${from.name} to ${to.name}\n`)
    await recordExport(from, to)
    const digest = await new Copy(from, to, progress).run()
    progress.stop()
    process.stdout.write(`${summary(digest).join('\n')}\n${progress.summary}\n`)
  } finally {
    progress.stop()
    await closeBoth(from, to)
  }
}

/** That all leaves is on record before any of it does; the copy has the record as well. */
async function recordExport({ store }: End, { kind }: End): Promise<void> {
  const deed = commandDeed({ kind: 'application', code: 'export', action: 'R', query: `copy to ${kind}` })
  await store.commit({ changes: [], guards: [], audit: encodeDeed(deed) })
}

async function closeBoth(from: End, to: End): Promise<void> {
  await closeEnd(from)
  await closeEnd(to)
}

function summary(digest: CopyDigest): string[] {
  const whole = wholeOf(digest)
  const types = [...digest.types].sort(([, one], [, other]) => other.versions - one.versions)
  const width = Math.max(5, ...types.map(([type]) => type.length))
  const row = (name: string, resources: string | number, versions: string | number, sha256: string) =>
    `  ${name.padEnd(width)} ${String(resources).padStart(9)} ${String(versions).padStart(9)}  ${sha256}`
  return [
    row('', 'resources', 'versions', 'SHA-256'),
    ...types.map(([type, one]) => row(type, one.resources, one.versions, one.sha256)),
    row('total', whole.resources, whole.versions, whole.sha256),
    `  audit log: ${digest.audit.records} records`,
    ...[...digest.knowledge].map(([name, { items, sha256 }]) => `  ${name}: ${items} items, ${sha256.slice(0, 16)}`),
  ]
}

function wordsOf(error: unknown): string {
  if (error instanceof FhirError) {
    const detail = error.detail === undefined ? '' : ` (${error.detail})`
    const again = error.kind === 'unavailable' ? '\nRun it again: it goes on where it stopped.' : ''
    return `${error.issues.map(({ diagnostics }) => diagnostics).join(' ')}${detail}${again}`
  }
  return error instanceof Error ? error.message : String(error)
}
