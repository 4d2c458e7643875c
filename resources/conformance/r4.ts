import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { ConformanceEntry, ConformanceIndex } from '../definitions/shapes.ts'
import { Recent } from '../terminology/recent.ts'
import type { Canonical, Canonicals, Listed } from './canonicals.ts'
import { chosenVersion } from './versions.ts'

const FOLDER = join(import.meta.dirname, '..', 'definitions')

/** Bytes of text of definitions that stay parsed. */
const KEPT = 8 * 1024 * 1024

/** The file of lines, open, and where what is in it. */
interface Opened {
  file: number
  stamp: string
  byType: ReadonlyMap<string, ReadonlyMap<string, Found[]>>
}

interface Found {
  url: string
  version: string | undefined
  offset: number
  length: number
}

/**
 * R4's own definitions: StructureDefinitions (types, profiles, extensions), ValueSets, CodeSystems, ConceptMaps,
 * OperationDefinitions, and NamingSystems by each of their identifiers as a URI. Read from the compiled file when asked for.
 */
class R4Canonicals implements Canonicals {
  private opened: Opened | undefined
  private readonly parsed = new Recent<Canonical>(KEPT)

  /** What `find` answers, without waiting. Throws when the compiled definitions are not there. */
  findNow(type: string, url: string, version?: string): Canonical | undefined {
    const opened = this.open()
    const found = chosenVersion(opened.byType.get(type)?.get(url) ?? [], version)
    return found && this.read(opened, found)
  }

  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    return this.findNow(type, url, version)
  }

  async list(type: string): Promise<readonly Listed[]> {
    const { byType, stamp } = this.open()
    return [...(byType.get(type)?.values() ?? [])]
      .flat()
      .map((found) => ({ url: found.url, version: found.version, key: keyOf(stamp, found) }))
  }

  async stamp(): Promise<string> {
    return this.open().stamp
  }

  private read(opened: Opened, found: Found): Canonical {
    const key = keyOf(opened.stamp, found)
    const known = this.parsed.get(key)
    if (known) return known
    const text = Buffer.allocUnsafe(found.length)
    if (readSync(opened.file, text, 0, found.length, found.offset) !== found.length) throw unreadable()
    const resource = JSON.parse(text.toString()) as Canonical['resource']
    const canonical: Canonical = { resource, url: found.url, version: found.version, source: 'r4', key }
    this.parsed.set(key, canonical, found.length)
    return canonical
  }

  private open(): Opened {
    this.opened ??= openFiles()
    return this.opened
  }
}

/** R4's own definitions, of which a process has one reader. */
export const r4Canonicals = new R4Canonicals()

function keyOf(stamp: string, { offset, url }: Found): string {
  return `r4 ${stamp} ${offset} ${url}`
}

function openFiles(): Opened {
  let index: ConformanceIndex
  let file: number
  try {
    index = JSON.parse(readFileSync(join(FOLDER, 'r4-conformance.json'), 'utf8')) as ConformanceIndex
    file = openSync(join(FOLDER, 'r4-conformance.ndjson'), 'r')
  } catch (error) {
    throw unreadable(error)
  }
  if (fstatSync(file).size !== index.size) {
    closeSync(file)
    throw unreadable()
  }
  return { file, stamp: index.stamp.slice(0, 16), byType: byTypeAndUrl(index.entries) }
}

function byTypeAndUrl(entries: readonly ConformanceEntry[]): Opened['byType'] {
  const byType = new Map<string, Map<string, Found[]>>()
  for (const [type, url, offset, length, version] of entries) {
    const byUrl = byType.get(type) ?? new Map<string, Found[]>()
    byType.set(type, byUrl)
    byUrl.set(url, [...(byUrl.get(url) ?? []), { url, version, offset, length }])
  }
  return byType
}

function unreadable(cause?: unknown): Error {
  return new Error(`the compiled definitions in ${FOLDER} cannot be read; run \`npm run definitions\``, { cause })
}
