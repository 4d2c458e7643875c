import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { DefinitionHead, HeldDefinition, PackagedDefinition, PackageInfo, PackageStore } from '../packages.ts'
import { BOUND_LIMIT } from './limit.ts'
import { beginWrite, connectPackages, openPackages } from './packages-layout.ts'

/** Bytes of definitions that are written before others have their turn on the thread. */
const TURN = 1024 * 1024

/** Definitions that are read at once. */
const PAGE = 50

/** Columns of a head: its package, and what is its own. */
const HEAD =
  'd.id, d.type, d.url, d.of_type, d.head, p.name, p.version FROM definition d JOIN package p ON p.id = d.package'

/**
 * The packages of the embedded store, in a file of their own: several processes may have it open. A writer has a connection of
 * its own, so that nobody reads what is not whole.
 */
export class SqlitePackages implements PackageStore {
  private readonly folder: string
  private readonly database: DatabaseSync
  private readonly statements: Record<
    'changed' | 'revision' | 'packages' | 'whole' | 'find' | 'list' | 'listOf',
    StatementSync
  >
  private writing: Promise<unknown> = Promise.resolve()
  private seen: unknown
  private told = ''

  private constructor(folder: string, database: DatabaseSync) {
    this.folder = folder
    this.database = database
    this.statements = {
      changed: database.prepare('PRAGMA data_version'),
      revision: database.prepare('SELECT number FROM revision'),
      packages: database.prepare('SELECT info FROM package ORDER BY id'),
      whole: database.prepare(
        `SELECT d.text, ${HEAD} WHERE p.name = ? AND p.version = ? AND d.id > ? ORDER BY d.id LIMIT ${BOUND_LIMIT}`,
      ),
      find: database.prepare(`SELECT d.text, ${HEAD} WHERE d.url = ? AND d.type = ? ORDER BY p.id, d.id`),
      list: database.prepare(`SELECT ${HEAD} WHERE d.type = ? ORDER BY p.id, d.id`),
      listOf: database.prepare(`SELECT ${HEAD} WHERE d.type = ? AND d.of_type = ? ORDER BY p.id, d.id`),
    }
  }

  /** Opens `packages.db` in a folder, both made if need be. */
  static async open(folder: string): Promise<SqlitePackages> {
    return new SqlitePackages(folder, openPackages(folder))
  }

  async packages(): Promise<PackageInfo[]> {
    return this.statements.packages.all().map(({ info }) => JSON.parse(String(info)) as PackageInfo)
  }

  put(info: PackageInfo, definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>): Promise<void> {
    return this.write(async (database) => {
      removeFrom(database, info.name, info.version)
      await insertInto(database, info, definitions)
    })
  }

  remove(name: string, version: string): Promise<boolean> {
    return this.write(async (database) => removeFrom(database, name, version))
  }

  async *definitions(name: string, version: string): AsyncGenerator<PackagedDefinition> {
    let after = 0
    for (;;) {
      const rows = this.statements.whole.all(name, version, after, PAGE)
      for (const row of rows) yield packagedOf(row)
      if (rows.length < PAGE) return
      after = Number(rows.at(-1)!.id)
    }
  }

  async find(type: string, url: string): Promise<HeldDefinition[]> {
    return this.statements.find.all(url, type).map((row) => ({
      ...headOf(row),
      text: Buffer.from(row.text as Uint8Array),
    }))
  }

  async list(type: string, ofType?: string): Promise<DefinitionHead[]> {
    const rows = ofType === undefined ? this.statements.list.all(type) : this.statements.listOf.all(type, ofType)
    return rows.map(headOf)
  }

  async stamp(): Promise<string> {
    const changed = this.statements.changed.get()?.data_version
    if (changed !== this.seen) {
      this.seen = changed
      this.told = String(this.statements.revision.get()?.number)
    }
    return this.told
  }

  async close(): Promise<void> {
    await this.writing.catch(() => undefined)
    if (this.database.isOpen) this.database.close()
  }

  /** One writer of this process at a time: they would only wait for each other. */
  private write<T>(work: (database: DatabaseSync) => Promise<T>): Promise<T> {
    const written = this.writing.catch(() => undefined).then(() => this.inTransaction(work))
    this.writing = written
    return written
  }

  private async inTransaction<T>(work: (database: DatabaseSync) => Promise<T>): Promise<T> {
    if (!this.database.isOpen) throw new Error('the packages are closed')
    const database = connectPackages(this.folder)
    try {
      await beginWrite(database)
      const result = await work(database)
      database.exec('UPDATE revision SET number = number + 1; COMMIT')
      return result
    } finally {
      // What was not committed goes with the connection.
      database.close()
    }
  }
}

function removeFrom(database: DatabaseSync, name: string, version: string): boolean {
  const found = database.prepare('SELECT id FROM package WHERE name = ? AND version = ?').get(name, version)
  if (!found) return false
  database.prepare('DELETE FROM definition WHERE package = ?').run(Number(found.id))
  database.prepare('DELETE FROM package WHERE id = ?').run(Number(found.id))
  return true
}

async function insertInto(
  database: DatabaseSync,
  info: PackageInfo,
  definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>,
): Promise<void> {
  const { name, version } = info
  const id = database
    .prepare("INSERT INTO package (name, version, info) VALUES (?, ?, '')")
    .run(name, version).lastInsertRowid
  const insert = database.prepare(
    'INSERT INTO definition (package, type, url, of_type, head, text) VALUES (?, ?, ?, ?, ?, ?)',
  )
  let count = 0
  let bytes = 0
  for await (const { type, url, ofType, text, ...rest } of definitions) {
    insert.run(id, type, url, ofType ?? null, JSON.stringify(rest), text)
    count++
    bytes += text.length
    if (bytes < TURN) continue
    bytes = 0
    await setImmediate()
  }
  const counted = JSON.stringify({ ...info, definitions: count })
  database.prepare('UPDATE package SET info = ? WHERE id = ?').run(counted, id)
}

function packagedOf(row: Record<string, unknown>): PackagedDefinition {
  const { package: _, packageVersion: __, key: ___, ...own } = headOf(row)
  return { ...own, text: Buffer.from(row.text as Uint8Array) }
}

function headOf(row: Record<string, unknown>): DefinitionHead {
  const rest = JSON.parse(String(row.head)) as Pick<DefinitionHead, 'date' | 'derivation'> & Record<string, string>
  return {
    ...rest,
    type: String(row.type),
    url: String(row.url),
    version: rest.version,
    id: rest.id,
    name: rest.name,
    ...(row.of_type === null ? {} : { ofType: String(row.of_type) }),
    package: String(row.name),
    packageVersion: String(row.version),
    key: String(row.id),
  }
}
