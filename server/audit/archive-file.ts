import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { DroppedMonth } from '../../auth/audit/dropped.ts'
import { AuditFault } from '../../auth/audit/fault.ts'
import type { HeadRun } from '../../auth/audit/head.ts'
import type { ChainedRecord } from '../../resources/store/audit.ts'
import { linesOf } from '../cli/lines.ts'

/** The folder of archived months. */
export function archiveFolder(dataDir: string): string {
  return join(dataDir, 'audit-archive')
}

/**
 * Writes the records of a month into its file, one a line (NDJSON, gzip); the file is durable under its name, or not there, when this
 * is over. Answers what is to be signed of it.
 */
export async function writeArchive(
  folder: string,
  month: string,
  records: AsyncGenerator<ChainedRecord, HeadRun[]>,
  signal?: AbortSignal,
): Promise<DroppedMonth> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = `${month}.ndjson.gz`
  const part = join(folder, `${file}.part`)
  const digest = createHash('sha256')
  const told: { count: number; chains: HeadRun[] } = { count: 0, chains: [] }
  try {
    const lines = Readable.from(printed(records, told))
    const written = createWriteStream(part, { mode: 0o600, flush: true })
    await pipeline(lines, createGzip(), hashing(digest), written, signal ? { signal } : {})
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  await rename(part, join(folder, file))
  await syncFolder(folder)
  const { count, chains } = told
  return { month, archived: new Date().toISOString(), file, sha256: digest.digest('hex'), records: count, chains }
}

async function* printed(
  records: AsyncGenerator<ChainedRecord, HeadRun[]>,
  told: { count: number; chains: HeadRun[] },
): AsyncGenerator<string> {
  for (;;) {
    const { done, value } = await records.next()
    if (done) {
      told.chains = value
      return
    }
    told.count++
    yield `${JSON.stringify(value)}\n`
  }
}

function hashing(digest: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      digest.update(chunk)
      done(null, chunk)
    },
  })
}

/** So that the new name is there after a crash. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/**
 * The records of an archived month. Throws AuditFault where the file is missing, or is not the one that was signed: by its SHA-256,
 * when all of it was read.
 */
export async function* readArchive(
  folder: string,
  { month, file, sha256 }: DroppedMonth,
): AsyncGenerator<ChainedRecord> {
  const digest = createHash('sha256')
  const source = createReadStream(join(folder, file))
  const unzipped = source.pipe(hashing(digest)).pipe(createGunzip())
  source.on('error', (error) => unzipped.destroy(error))
  try {
    for await (const { bytes } of linesOf(unzipped)) {
      yield JSON.parse(bytes.toString()) as ChainedRecord
    }
  } catch (error) {
    if (error instanceof AuditFault) throw error
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw faultOf(month, isMissing ? `is not in ${folder}` : 'cannot be read')
  } finally {
    source.destroy()
  }
  if (digest.digest('hex') !== sha256) throw faultOf(month, 'is another file than the one that was signed')
}

/** Whether the file of a month is as it was signed. */
export async function isArchived(folder: string, { file, sha256 }: DroppedMonth): Promise<boolean> {
  const digest = createHash('sha256')
  try {
    for await (const chunk of createReadStream(join(folder, file))) digest.update(chunk as Buffer)
  } catch {
    return false
  }
  return digest.digest('hex') === sha256
}

function faultOf(month: string, what: string): AuditFault {
  return new AuditFault({ kind: 'missing', told: `The archive of ${month} ${what}.` })
}
