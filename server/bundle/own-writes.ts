import type { IndexEntry } from '../../resources/store/port.ts'
import type { Expression } from '../../search/expression.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import type { TransactionEntry } from './entries.ts'

/** A resource that the transaction writes, with what it is found by. */
interface OwnWrite {
  id: string
  entries: IndexEntry[]
}

interface OwnType {
  writes: OwnWrite[]
  /** Writes by a searchable value: a Bundle of thousands may be searched thousands of times. */
  byValue: Map<string, OwnWrite[]>
}

/** The resources that a transaction writes, as its own conditional references find them. */
export class OwnWrites {
  private readonly baseUrl: string
  private readonly entries = new Map<string, TransactionEntry[]>()
  private readonly types = new Map<string, OwnType>()

  constructor(entries: readonly TransactionEntry[], baseUrl: string) {
    this.baseUrl = baseUrl
    for (const entry of entries) {
      const { draft } = entry
      const [target] = draft?.targets ?? []
      if (!draft?.document || !target || target.existing) continue
      const others = this.entries.get(target.type)
      if (others) others.push(entry)
      else this.entries.set(target.type, [entry])
    }
  }

  /** Ids of the written resources of a type that meet an Expression. */
  find(type: string, where: Expression): string[] {
    const own = this.types.get(type) ?? this.index(type)
    const candidates = candidatesOf(where, own) ?? own.writes
    const lastUpdated = Date.now()
    return candidates.filter(({ id, entries }) => matches(where, { id, lastUpdated, entries })).map(({ id }) => id)
  }

  private index(type: string): OwnType {
    const own: OwnType = { writes: [], byValue: new Map() }
    for (const { draft } of this.entries.get(type) ?? []) {
      const entries = indexEntries(type, draft!.document!.value, this.baseUrl)
      const write = { id: draft!.targets[0]!.id, entries }
      own.writes.push(write)
      for (const key of new Set(entries.flatMap(keyOf))) {
        const others = own.byValue.get(key)
        if (others) others.push(write)
        else own.byValue.set(key, [write])
      }
    }
    this.types.set(type, own)
    return own
  }
}

/** Tokens are what references are found by: an identifier, mostly. */
function keyOf(entry: IndexEntry): string[] {
  return entry[0] === 'token' ? [`${entry[1]}\0${entry[3]}`] : []
}

/** The writes that have one of the tokens wanted, where the Expression wants any; undefined where it does not. */
function candidatesOf(where: Expression, { byValue }: OwnType): OwnWrite[] | undefined {
  const parts = where.kind === 'and' ? where.parts : [where]
  for (const part of parts) {
    if (part.kind !== 'token' || part.tests.some(({ code }) => code === undefined)) continue
    const found = part.tests.flatMap(({ code }) => byValue.get(`${part.param}\0${code}`) ?? [])
    return [...new Set(found)]
  }
  return undefined
}
