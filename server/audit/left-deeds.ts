import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deed } from '../../auth/audit/deed.ts'
import type { Recorder } from './recorder.ts'

/** ms between two looks. */
const INTERVAL = 2000

const NAME = /^[0-9a-f-]{36}\.json$/

/**
 * Leaves a deed for the server that has the folder open, which puts it on record (`LeftDeeds`); durable when this resolves. Who may
 * write into the folder may write the log itself: no more is trusted than that.
 */
export async function leaveDeed(dataDir: string, deed: Deed): Promise<void> {
  const folder = folderOf(dataDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${randomUUID()}.json`)
  const file = await open(`${path}.part`, 'wx', 0o600)
  try {
    await file.writeFile(JSON.stringify(deed))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}

/** Puts on record what commands left while the server has the embedded store open, and what they left before. */
export class LeftDeeds {
  private readonly folder: string
  private readonly audit: Recorder
  private readonly timer: NodeJS.Timeout
  private looking: Promise<void> | undefined

  constructor(dataDir: string, audit: Recorder) {
    this.folder = folderOf(dataDir)
    this.audit = audit
    this.timer = setInterval(() => void this.look(), INTERVAL).unref()
  }

  /** One look at a time. What could not be put on record is left for the next one. Never rejects. */
  look(): Promise<void> {
    this.looking ??= this.take()
      .catch(() => undefined)
      .finally(() => {
        this.looking = undefined
      })
    return this.looking
  }

  /** Takes what is there, and looks no more. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
    await this.look()
  }

  private async take(): Promise<void> {
    for (const name of await namesIn(this.folder)) {
      const path = join(this.folder, name)
      const deed = deedOf(await readFile(path, 'utf8'))
      if (deed) await this.audit.record([deed])
      // Broken off here it is on record twice, and never not at all.
      if (deed) await unlink(path)
      else await rename(path, `${path}.unread`)
    }
  }
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'left-deeds')
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => NAME.test(name)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function deedOf(text: string): Deed | undefined {
  try {
    const { at, kind, code, action, outcome, agent, query } = JSON.parse(text) as Partial<Deed>
    if (typeof at !== 'number' || typeof code !== 'string' || kind !== 'operation' || agent?.system === undefined)
      return undefined
    if (action === undefined || outcome === undefined) return undefined
    return {
      at,
      kind,
      code,
      action,
      outcome,
      agent: { system: agent.system },
      ...(query === undefined ? {} : { query }),
    }
  } catch {
    return undefined
  }
}
