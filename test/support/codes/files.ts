import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { Faults } from '../../../resources/terminology/loaders/faults.ts'
import type { Loader } from '../../../resources/terminology/loaders/loader.ts'
import { type Published, publish } from '../../../resources/terminology/loaders/publish.ts'
import { MemoryConcepts } from './memory-concepts.ts'
import { MemoryPackages } from './memory-packages.ts'

/** Files by their names, in a folder that is removed when the test is over; those that end in `.gz` are packed. */
export function filesOf(t: Test, files: Readonly<Record<string, string | Buffer>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'chartroom-codes-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name)
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content)
    return path
  })
}

/** What codes are loaded into, in memory. */
export class Shelf {
  readonly concepts = new MemoryConcepts()
  readonly packages = new MemoryPackages()
  readonly words: string[] = []

  async load(loader: Loader, paths: readonly string[], asked = {}): Promise<Published[]> {
    const faults = new Faults()
    const reading = { faults, read: () => undefined }
    const loaded = await loader.load(paths, asked, (system) => this.concepts.open(system), reading)
    this.words.splice(0, this.words.length, ...loaded.words)
    return publish(loader.kind, loaded, this, { faults, progress: () => undefined })
  }

  /** The value of a property of a code on a day. */
  async property(system: string, code: string, day: string, name: string): Promise<unknown> {
    const found = await (await this.concepts.open(system))?.find(code, day)
    const values = found?.properties?.filter((one) => one.code === name).map(({ value }) => value)
    return values && values.length > 1 ? values : values?.[0]
  }
}

/** A line of an official order file. */
export function orderLine(number: number, code: string, billable: boolean, short: string, long = short): string {
  return `${String(number).padStart(5, '0')} ${code.padEnd(7)} ${billable ? 1 : 0} ${short.padEnd(60)} ${long}\n`
}
