import type { DatabaseSync } from 'node:sqlite'
import { StatementCache } from '../../resources/store/sqlite/statement-cache.ts'
import { toVersion, type VersionRow } from '../../resources/store/sqlite/version-row.ts'
import type { Around, Found, LiveVersion } from '../searcher.ts'

/** The versions in a list of their `seq`, in its order. */
const FROM = `FROM json_each(?) j CROSS JOIN version v ON v.seq = j.value CROSS JOIN resource r ON r.rid = v.rid
  CROSS JOIN type t ON t.id = v.type`

const VERSIONS = `SELECT t.name, v.type, r.id, v.version, v.updated, v.method, v.text ${FROM}`

/** A page in one value: what is joined in here need not become an object a text there. */
const JOINED = `SELECT CAST(group_concat(? || t.name || '/' || r.id || ? || CAST(v.text AS TEXT) || ?, ',') AS BLOB) AS text ${FROM}`

/** Reads the texts of what was found, by the `seq` of the version, which is never written again. */
export class Texts {
  private readonly statements: StatementCache

  constructor(database: DatabaseSync) {
    this.statements = new StatementCache(database)
  }

  /** The versions, one each, in their order. */
  versions(found: readonly Found[]): LiveVersion[] {
    if (found.length === 0) return []
    const rows = this.statements.prepare(VERSIONS).all(seqs(found)) as unknown as (VersionRow & { name: string })[]
    return rows.map((row) => toVersion(row, row.name) as LiveVersion)
  }

  /** The texts as one, each within what stands around it, with commas between them. */
  joined(found: readonly Found[], { beforeName, behindName, behind }: Around): Buffer {
    if (found.length === 0) return Buffer.alloc(0)
    const { text } = this.statements.prepare(JOINED).get(beforeName, behindName, behind, seqs(found)) as {
      text: Uint8Array
    }
    return Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  }
}

function seqs(found: readonly Found[]): string {
  return `[${found.map(({ held }) => held as number).join()}]`
}
