import { createHash } from 'node:crypto'
import { searchParameterTables } from '../../resources/definitions/definitions.ts'
import { UTC, type Zone } from '../../resources/zone.ts'
import type { AskedParameter } from '../../search/asked.ts'
import { appliesTo, type CustomParameter, type ParameterRegistry, parametersOf } from '../../search/parameters.ts'

/** Changes whenever entries are made in another way: what was indexed before is then indexed anew. */
const MADE_BY = 6

/** What the entries of all resources were made by, as the store keeps it: digests. */
export interface Covered {
  /** The way of making them, R4's own parameters, and the rules of the server's zone. */
  made: string
  /** The stored parameters, one each. */
  custom: string[]
}

/**
 * Which search parameters all resources are indexed by. A stored one that is changed, or away for a while, is no longer:
 * what was written meanwhile lacks its entries.
 */
export class Coverage {
  private readonly parameters: ParameterRegistry
  private readonly made: string
  private covered: Covered | undefined
  private pending: 'all' | readonly CustomParameter[] = 'all'

  /** `covered` as it was kept; undefined for a store that was indexed by nobody knows what. */
  constructor(parameters: ParameterRegistry, zone: Zone, covered: Covered | undefined) {
    this.parameters = parameters
    // What was made before there were zones was made in UTC.
    this.made = zone === UTC ? MADE : digestOf([MADE, zone.rules()])
    this.take(covered)
  }

  /** What is to be kept. */
  get state(): Covered | undefined {
    return this.covered
  }

  /** What is covered when all resources are indexed by the parameters as they are now. */
  complete(): Covered {
    return { made: this.made, custom: [...this.digests().keys()] }
  }

  take(covered: Covered | undefined): void {
    const digests = this.digests()
    const isSame = covered?.made === this.made
    this.covered = isSame
      ? { made: this.made, custom: covered.custom.filter((digest) => digests.has(digest)) }
      : covered
    const known = new Set(this.covered?.custom)
    this.pending = isSame ? [...digests].flatMap(([digest, custom]) => (known.has(digest) ? [] : [custom])) : 'all'
  }

  /** Is told of each change of the parameters, so that none is missed that is taken back. */
  parametersChanged(): void {
    this.take(this.covered)
  }

  /** Whether nothing is known of what all resources are indexed by. */
  get lacksAll(): boolean {
    return this.pending === 'all'
  }

  /** Whether resources may lack entries of a parameter. */
  lacks({ type, code }: AskedParameter): boolean {
    if (this.pending === 'all') return true
    return this.pending.some(({ table }) => {
      if (!appliesTo(table, type)) return false
      return table.code === code || (table.type === 'composite' && this.partsOf(type, table.code).includes(code))
    })
  }

  /** The stored parameters of a type that its resources may lack entries of. */
  lackedOf(type: string): AskedParameter[] {
    const own = this.parameters.custom.filter(({ table }) => appliesTo(table, type))
    return own.map(({ table }) => ({ type, code: table.code })).filter((one) => this.lacks(one))
  }

  /** What the elements of a composite are indexed under. */
  private partsOf(type: string, composite: string): string[] {
    const { branches = [] } = parametersOf(type, this.parameters).get(composite) ?? {}
    return branches.flatMap(({ on, parts }) => (on === 'element' ? parts.map(({ code }) => code) : []))
  }

  /** The stored parameters by a digest of all that their entries follow from. */
  private digests(): Map<string, CustomParameter> {
    const { custom } = this.parameters
    const all = digestOf(custom)
    return new Map(
      custom.map((one) => {
        // A composite is made of others, and of two parameters with one code the first by id counts.
        if (one.table.type === 'composite') return [digestOf([one.table, all]), one]
        const others = custom.filter(({ id, table }) => table.code === one.table.code && id < one.id)
        return [digestOf([one.table, others]), one]
      }),
    )
  }
}

/** A digest of plain data. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url')
}

const MADE = digestOf([MADE_BY, searchParameterTables])
