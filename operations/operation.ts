import type { Access } from '../auth/access.ts'
import type { Zone } from '../resources/zone.ts'
import type { QueryPair } from '../search/query.ts'
import type { Found, Searcher } from '../search/searcher.ts'
import { type Input, type InputTable, readInput } from './input.ts'

/** What an operation works with. */
export interface OperationContext {
  access: Access
  searcher: Searcher
  /** FHIR base URL of this server, without `/` at the end. */
  baseUrl: string
  /** The resource that it is asked of: it is there, and the caller may see it. */
  type: string
  id: string
  /** Resources of a page at the most. */
  count: number
  /** Position behind which the page begins; undefined for the first. */
  after: string | undefined
}

/** A page of an operation's answer. `included` are there for the sake of the others. */
export interface Listing {
  matches: Found[]
  included: Found[]
  /** Position of the last entry, where more follow. */
  next: string | undefined
}

/** Where an operation may be asked for (R4 operations.html); of the system: `system-operation.ts`. */
export type Level = 'type' | 'instance'

/** An operation as its file declares it. */
export interface OperationDefinition<T extends InputTable> {
  /** Its name, without `$`. */
  code: string
  /** Canonical of its OperationDefinition. */
  definition: string
  /** Pages are of what belongs to one resource; a whole type is asked by inquiries (`inquiry.ts`). */
  levels: readonly 'instance'[]
  resourceTypes: readonly string[]
  /** One that does not may be asked with GET. */
  affectsState: boolean
  input: T
  run(context: OperationContext, input: Input<T>): Promise<Listing>
}

/** An operation whose input was read. */
export interface Prepared {
  /** The parameters as used. */
  used: QueryPair[]
  run(context: OperationContext): Promise<Listing>
}

/** An operation as all others see it. */
export interface Operation extends Omit<OperationDefinition<InputTable>, 'run'> {
  /** Reads its input, dates without an offset in `zone`. Throws `invalid` for what its table does not allow. */
  prepare(pairs: readonly QueryPair[], zone: Zone): Prepared
}

/** Declares an operation. */
export function defineOperation<T extends InputTable>(declared: OperationDefinition<T>): Operation {
  return {
    ...declared,
    prepare: (pairs, zone) => {
      const { input, used } = readInput(declared.input, pairs, zone)
      return { used, run: (context) => declared.run(context, input) }
    },
  }
}
