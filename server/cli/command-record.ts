import { encodeDeed } from '../../auth/audit/codec.ts'
import type { Deed } from '../../auth/audit/deed.ts'
import type { Store, Unit } from '../../resources/store/port.ts'
import type { OpenedStore } from '../store.ts'

/** What the audit log says of who runs a command. */
export const CLI_AGENT = { system: 'cli' } as const

/** What a command did. */
export type CommandDeed = Pick<Deed, 'kind' | 'code' | 'action'> & Partial<Pick<Deed, 'query' | 'count' | 'told'>>

/** The deed of a command. */
export function commandDeed(deed: CommandDeed): Deed {
  return { ...deed, at: Date.now(), outcome: '0', agent: CLI_AGENT }
}

/** The record of one command, which is committed along with the first state that it changes: neither is without the other. */
export class CommandRecord {
  /** The store, by which the command is to work. */
  readonly store: OpenedStore['store']
  private readonly plain: Store
  private deed: CommandDeed
  private isWritten = false

  constructor(store: OpenedStore['store'], deed: CommandDeed) {
    this.plain = store
    this.deed = deed
    this.store = withCommit(store, (unit) => this.commit(unit))
  }

  /** What was done, in words that are known only while it is done. */
  says(query: string): void {
    this.deed = { ...this.deed, query }
  }

  /** A command that had nothing to change is on record all the same. */
  async finish(): Promise<void> {
    if (!this.isWritten) await this.plain.commit(this.recorded({ changes: [], guards: [] }))
  }

  private async commit(unit: Unit) {
    if (this.isWritten || !unit.state?.length) return this.plain.commit(unit)
    const outcomes = await this.plain.commit(this.recorded(unit))
    this.isWritten = true
    return outcomes
  }

  private recorded(unit: Unit): Unit {
    return { ...unit, audit: [...(unit.audit ?? []), ...encodeDeed(commandDeed(this.deed))] }
  }
}

function withCommit<T extends Store>(store: T, commit: Store['commit']): T {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'commit') return commit
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
