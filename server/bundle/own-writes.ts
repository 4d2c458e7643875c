import { FhirError } from '../../resources/fhir-error.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import type { Expression } from '../../search/expression.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { allowed, type Content, isFar } from '../../search/judge.ts'
import { matches } from '../../search/matches.ts'
import type { ResourceName } from '../../search/searcher.ts'
import type { TransactionEntry, TransactionState } from './entries.ts'

/** Resources looked at by all searches of one transaction together. */
const MOST_COMPARISONS = 2_000_000

/** A resource that the transaction writes, with what it is found by. */
interface OwnWrite {
  id: string
  /** Number of its entry. */
  at: number
  entries: IndexEntry[]
}

interface OwnType {
  writes: OwnWrite[]
  /** Writes by a searchable value: a Bundle of thousands may be searched thousands of times. */
  byValue: Map<string, OwnWrite[]>
}

/** The resources that a transaction writes, as its own conditional references find them. */
export class OwnWrites {
  private readonly state: TransactionState
  private comparisons = 0
  private readonly entries = new Map<string, TransactionEntry[]>()
  private readonly types = new Map<string, OwnType>()

  constructor(state: TransactionState) {
    this.state = state
    for (const entry of state.entries) {
      const { draft } = entry
      const [target] = draft?.targets ?? []
      if (!draft?.document || !target || target.existing) continue
      const others = this.entries.get(target.type)
      if (others) others.push(entry)
      else this.entries.set(target.type, [entry])
    }
  }

  /**
   * The written resources of a type that meet an Expression, by id and number of the entry; of what is asked of other
   * resources, as far as the caller may see them. Throws `invalid` when all searches of the transaction together ask for too
   * many comparisons.
   */
  async find(type: string, where: Expression): Promise<{ id: string; at: number }[]> {
    const own = this.ofType(type)
    const candidates = candidatesOf(where, own) ?? own.writes
    this.comparisons += candidates.length * valuesOf(where)
    if (this.comparisons > MOST_COMPARISONS) {
      const words = 'The criteria of this transaction ask for too many comparisons among its own entries.'
      throw FhirError.of('invalid', words, { code: 'too-costly' })
    }
    const lastUpdated = Date.now()
    if (!isFar(where)) return candidates.filter(({ id, entries }) => matches(where, { id, lastUpdated, entries }))
    const { criteria, services } = this.state
    const contents = candidates.map(({ id, entries }) => ({ type, id, lastUpdated, entries }))
    const isMet = await allowed(
      contents,
      { byType: {}, others: where },
      {
        searcher: services.searcher,
        seen: criteria.access.may.s,
        own: (name) => this.contentOf(name, lastUpdated),
        told: (search, ids) => criteria.guards.push({ selection: services.searcher.selection(search), ids }),
      },
    )
    return candidates.filter((_, at) => isMet[at])
  }

  private contentOf({ type, id }: ResourceName, lastUpdated: number): Content | undefined {
    const write = this.entries.has(type) ? this.ofType(type).writes.find((one) => one.id === id) : undefined
    return write && { type, id, lastUpdated, entries: write.entries }
  }

  private ofType(type: string): OwnType {
    return this.types.get(type) ?? this.index(type)
  }

  private index(type: string): OwnType {
    const own: OwnType = { writes: [], byValue: new Map() }
    const { baseUrl, parameters, zone } = this.state.services
    for (const { at, draft } of this.entries.get(type) ?? []) {
      const entries = indexEntries(type, draft!.document!.value, baseUrl, parameters, zone)
      const write = { id: draft!.targets[0]!.id, at, entries }
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

function keyOf(entry: IndexEntry): string[] {
  switch (entry[0]) {
    case 'token':
      return [`${entry[1]}\0${entry[3]}`]
    case 'reference':
      return [`${entry[1]}\0${entry[2]}/${entry[3]}`]
    case 'uri':
      return [`${entry[1]}\0${entry[2]}`]
    default:
      return []
  }
}

/** How many values an Expression compares with, each with every entry of a resource in the worst case. */
function valuesOf(where: Expression): number {
  switch (where.kind) {
    case 'and':
    case 'or':
      return where.parts.reduce((sum, part) => sum + valuesOf(part), 0)
    case 'not':
      return valuesOf(where.part)
    case 'string':
      return where.texts.length
    case 'token':
      return where.tests.length
    case 'uri':
      return where.uris.length
    case 'reference':
      return where.targets.length + where.bare.ids.length + where.uris.length
    default:
      return 1
  }
}

/** The writes that have one of the values wanted, where the Expression wants any; undefined where it does not. */
function candidatesOf(where: Expression, { byValue }: OwnType): OwnWrite[] | undefined {
  const parts = where.kind === 'and' ? where.parts : [where]
  for (const part of parts) {
    const keys = keysOf(part)
    if (keys) return [...new Set(keys.flatMap((key) => byValue.get(key) ?? []))]
  }
  return undefined
}

function keysOf(part: Expression): string[] | undefined {
  switch (part.kind) {
    case 'token':
      if (part.tests.some(({ code }) => code === undefined)) return undefined
      return part.tests.map(({ code }) => `${part.param}\0${code}`)
    case 'uri':
      return part.uris.map((uri) => `${part.param}\0${uri}`)
    case 'reference': {
      const { targets, bare, uris } = part
      const bares = bare.ids.flatMap((id) => bare.types.map((type) => ({ type, id })))
      return [...uris, ...[...targets, ...bares].map(({ type, id }) => `${type}/${id}`)].map(
        (key) => `${part.param}\0${key}`,
      )
    }
    default:
      return undefined
  }
}
