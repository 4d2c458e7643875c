import type { AuditKeeper } from '../../../auth/audit/heads.ts'
import { CommitRefused, type Unit } from '../../../resources/store/port.ts'
import type { StateEntry } from '../../../resources/store/state.ts'
import { PlainLog } from './plain-log.ts'

/** A store in memory that keeps state and an audit log alone. */
export class PlainKeeper implements AuditKeeper {
  readonly audit = new PlainLog()
  private readonly entries = new Map<string, StateEntry>()

  readonly state = {
    get: async (kind: string, key: string) => this.entries.get(`${kind}/${key}`),
    find: async () => [],
    list: async (kind: string, after: string | undefined, count: number) => {
      const some = [...this.entries].filter(([name]) => name.startsWith(`${kind}/`)).map(([, entry]) => entry)
      some.sort((one, other) => (one.key < other.key ? -1 : 1))
      return some.filter(({ key }) => after === undefined || key > after).slice(0, count)
    },
  }

  async commit({ state = [] }: Unit) {
    for (const change of state) {
      const name = `${change.of}/${change.key}`
      if (change.expect === 'absent' && this.entries.has(name)) throw new CommitRefused('state')
      if (change.kind === 'remove') this.entries.delete(name)
      else this.entries.set(name, { key: change.key, value: structuredClone(change.value), revision: 1, aliases: [] })
    }
    return []
  }
}
