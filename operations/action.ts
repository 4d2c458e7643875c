import type { Access } from '../auth/access.ts'
import type { Deed } from '../auth/audit/deed.ts'
import type { BreakGlassGrants } from '../auth/break-glass/grants.ts'
import type { StateChange } from '../resources/store/state.ts'
import type { Zone } from '../resources/zone.ts'
import type { QueryPair } from '../search/query.ts'
import { type Input, type InputTable, readInput } from './input.ts'
import type { Level } from './operation.ts'

/** What an action works with. */
export interface ActionContext {
  access: Access
  /** What it is asked of, which need not be there, nor be what the caller may see. */
  type: string
  id: string
  /** Whether it is there now, whoever may see it. */
  isThere(): Promise<boolean>
  /** Commits new resources and changes of state as one; answers the ids of the resources, in their order. */
  commit(resources: readonly object[], state: readonly StateChange[]): Promise<string[]>
  /** What its record says beyond that it was asked for; before `commit`, with which the record is written. */
  tell(told: Partial<Pick<Deed, 'kind' | 'code' | 'reason' | 'purposes'>>): void
  grants: BreakGlassGrants
  /** How long broken glass stays so, ms. */
  breakGlassTime: number
}

/**
 * An operation that changes something by itself and answers a resource, as its file declares it. Its input comes in the body
 * alone: URLs are logged on the way.
 */
export interface ActionDefinition<T extends InputTable> {
  /** Its name, without `$`. */
  code: string
  /** Canonical of its OperationDefinition. */
  definition: string
  levels: readonly Level[]
  resourceTypes: readonly string[]
  input: T
  /** Throws before anything is looked up unless the caller may ask for it: `forbidden`. */
  demand(access: Access): void
  run(context: ActionContext, input: Input<T>): Promise<object>
}

/** An action as all others see it. */
export interface Action extends Omit<ActionDefinition<InputTable>, 'run'> {
  affectsState: true
  /** Reads its input and runs it. Throws `invalid` for what its table does not allow. */
  act(context: ActionContext, pairs: readonly QueryPair[], zone: Zone): Promise<object>
}

/** Declares an action. */
export function defineAction<T extends InputTable>(declared: ActionDefinition<T>): Action {
  const { run, ...rest } = declared
  return {
    ...rest,
    affectsState: true,
    act: (context, pairs, zone) => run(context, readInput(declared.input, pairs, zone).input),
  }
}
