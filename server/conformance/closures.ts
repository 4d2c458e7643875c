import { hash } from 'node:crypto'
import type { ClosureTable, ClosureTables } from '../../operations/terminology/closure-tables.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { CommitRefused, type Store } from '../../resources/store/port.ts'

const KIND = 'closure'

/** Tables of one caller, and ms after which one that nobody adds to is dropped. */
const MOST = 50
const KEPT = 90 * 24 * 60 * 60 * 1000

/** The closure tables of a caller in the state of the store. */
export class StoredClosures implements ClosureTables {
  private readonly store: Store
  private readonly owner: string

  constructor(store: Store, caller: string) {
    this.store = store
    this.owner = hash('sha256', caller)
  }

  async find(name: string): Promise<{ table: ClosureTable; revision: number } | undefined> {
    const entry = await this.store.state.get(KIND, this.key(name))
    return entry && { table: entry.value as ClosureTable, revision: entry.revision }
  }

  async keep(name: string, table: ClosureTable, revision: number | undefined): Promise<void> {
    if (revision === undefined && (await this.store.state.find(KIND, this.owner, MOST)).length === MOST) {
      throw FhirError.of('invalid', `A caller has ${MOST} tables at the most.`, { code: 'too-costly' })
    }
    const put = { kind: 'put', of: KIND, key: this.key(name), value: table, expires: Date.now() + KEPT } as const
    try {
      await this.store.commit({
        changes: [],
        guards: [],
        state: [{ ...put, aliases: [this.owner], expect: revision ?? 'absent' }],
      })
    } catch (error) {
      if (!(error instanceof CommitRefused)) throw error
      throw FhirError.of('conflict', 'Somebody else changed this table; try again.')
    }
  }

  private key(name: string): string {
    return `${this.owner} ${name}`
  }
}
