import type { Collection, Db, Filter } from 'mongodb'
import type { State, StateEntry } from '../state.ts'
import { stateEntry } from '../state-record.ts'
import { LIMITED } from './connect.ts'
import type { StateDocument } from './document.ts'
import { unreadable } from './trouble.ts'
import type { UnderWay } from './under-way.ts'

/** The collection that has what the server keeps besides resources. */
export const STATE = 'state'

/** Reads what the server keeps besides resources. */
export class MongoState implements State {
  private readonly documents: Collection<StateDocument>
  private readonly underWay: UnderWay

  constructor(database: Db, underWay: UnderWay) {
    this.documents = database.collection(STATE)
    this.underWay = underWay
  }

  async get(kind: string, key: string): Promise<StateEntry | undefined> {
    const found = await this.read({ _id: stateId(kind, key) }, 1)
    return found[0]
  }

  find(kind: string, alias: string, most: number): Promise<StateEntry[]> {
    return this.read({ a: stateId(kind, alias) }, most)
  }

  list(kind: string, after: string | undefined, count: number): Promise<StateEntry[]> {
    const from = after === undefined ? { $gte: stateId(kind, '') } : { $gt: stateId(kind, after) }
    return this.read({ _id: { ...from, $lt: `${kind}${BEHIND_SLASH}` } }, count)
  }

  private async read(filter: Filter<StateDocument>, most: number): Promise<StateEntry[]> {
    // A limit of 0 is none for the driver.
    if (most < 1) return []
    // TTL removes what has expired within a minute or so; until then it is passed over here.
    const live = { ...filter, x: { $not: { $lte: new Date() } } } as Filter<StateDocument>
    const options = { sort: { _id: 1 as const }, limit: most, ...LIMITED }
    const found = await this.underWay.add(() => this.documents.find(live, options).toArray(), unreadable)
    return found.map(entryOf)
  }
}

/** The character that follows the slash: what begins with a kind and a slash lies before it. */
const BEHIND_SLASH = '0'

/** The `_id` of an entry, and what an alias is found by. Kinds have no slash. */
export function stateId(kind: string, key: string): string {
  return `${kind}/${key}`
}

/** An entry from its document. */
export function entryOf({ _id, r, x, a = [], value }: StateDocument): StateEntry {
  const rest = { revision: r, aliases: a.map(behindKind), text: value }
  return stateEntry(behindKind(_id), x === undefined ? rest : { ...rest, expires: x.getTime() })
}

function behindKind(id: string): string {
  return id.slice(id.indexOf('/') + 1)
}
