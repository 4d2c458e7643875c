import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files that lines are sorted into: of SNOMED CT's 300 MB each gets 5. */
const COUNT = 64

/** Characters that are gathered before a file is written to. */
const GATHERED = 256 * 1024

/** Lines sorted into files by a key, so that all of a key can be looked at together without all of them in memory. */
export class Buckets {
  private readonly folder = mkdtempSync(join(tmpdir(), 'chartroom-codes-'))
  private readonly files = Array.from({ length: COUNT }, (_, at) => ({
    path: join(this.folder, String(at)),
    lines: '',
  }))

  /** `fields` have neither tabs nor line ends. */
  add(key: string, ...fields: readonly string[]): void {
    const file = this.files[bucketOf(key)]!
    file.lines += `${key}\t${fields.join('\t')}\n`
    if (file.lines.length > GATHERED) flush(file)
  }

  /** The fields of all lines, by key, in the order of the keys within a file. */
  *groups(): Generator<{ key: string; lines: string[][] }> {
    for (const file of this.files) {
      flush(file)
      const groups = new Map<string, string[][]>()
      for (const line of readFileSync(file.path, 'utf8').split('\n')) {
        if (line === '') continue
        const [key = '', ...fields] = line.split('\t')
        const lines = groups.get(key)
        if (lines) lines.push(fields)
        else groups.set(key, [fields])
      }
      for (const key of [...groups.keys()].sort()) yield { key, lines: groups.get(key)! }
    }
  }

  /** Removes the files. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function flush(file: { path: string; lines: string }): void {
  const opened = openSync(file.path, 'a', 0o600)
  try {
    writeSync(opened, file.lines)
  } finally {
    closeSync(opened)
  }
  file.lines = ''
}

function bucketOf(key: string): number {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (hash * 31 + key.charCodeAt(at)) | 0
  return (hash >>> 0) % COUNT
}
