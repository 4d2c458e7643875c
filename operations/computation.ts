import type { Access, Permission } from '../auth/access.ts'
import type { Canonicals } from '../resources/conformance/canonicals.ts'
import type { FhirError, Issue } from '../resources/fhir-error.ts'
import type { Terminology } from '../resources/terminology/terminology.ts'
import type { QueryPair } from '../search/query.ts'
import { type Asked, readGiven } from './given.ts'
import type { Guides } from './guides.ts'
import type { Level } from './operation.ts'
import type { Given, GivenResource, ParameterTable } from './parameter-table.ts'
import type { ClosureTables } from './terminology/closure-tables.ts'
import type { Validation } from './validation.ts'

/** What a computation works with. */
export interface ComputationContext {
  access: Access
  /** What it is asked of; of the whole system, neither. */
  type: string | undefined
  id: string | undefined
  /** The body as it came in, white space and all: undefined where it is an entry of a Bundle, or nothing. */
  body: Buffer | undefined
  /** The resource that it is asked of, as the caller may see it. Throws `not-found` and `gone`. */
  stored(): Promise<GivenResource>
  validation: Validation
  /** Codes, as far as they rest on definitions that the caller may see. */
  terminology: Terminology
  canonicals: Canonicals
  /** The caller's own. */
  closures: ClosureTables
  guides: Guides
}

/** What a computation answers: a resource, or an OperationOutcome of issues. */
export type Computed = { resource: object; issues?: never } | { issues: readonly Issue[]; resource?: never }

/** What the caller needs: one of these permissions, of the type that it is asked of unless another is named. */
export interface Needs {
  anyOf: readonly Permission[]
  of?: string
}

/** Where a computation may be asked for: an operation of the system, of a type or of a resource (R4 operations.html). */
export type ComputationLevel = Level | 'system'

/**
 * An operation that works out an answer from what it is given: a Parameters with resources, codings and parts in it, or a
 * query. It changes no resource. Of a resource it tells what the caller may see of it.
 */
export interface ComputationDefinition<T extends ParameterTable> {
  /** Its name, without `$`. */
  code: string
  /** Canonical of its OperationDefinition. */
  definition: string
  levels: readonly ComputationLevel[]
  /** None of the whole system. */
  resourceTypes: readonly string[]
  /** One that does not may be asked with GET, and in a transaction. */
  affectsState: boolean
  /** By level; where nobody says so, nothing may be asked. */
  needs: Partial<Record<ComputationLevel, Needs>>
  /** What is asked of a type tells of nobody: it may be on record by the minute, with how often it was asked. */
  tellsOfNobody?: true
  input: T
  /** Answers where the body is no JSON; without it, that is the caller's mistake. */
  unreadable?(error: FhirError): Computed
  run(context: ComputationContext, input: Given<T>): Promise<Computed>
}

/** A computation as all others see it. */
export interface Computation extends Omit<ComputationDefinition<ParameterTable>, 'run'> {
  /** Reads its input and gives its plain values, and what runs it. Throws `invalid` for what its table does not allow. */
  prepare(asked: Asked): { used: QueryPair[]; compute(context: ComputationContext): Promise<Computed> }
}

/** Declares a computation. */
export function defineComputation<T extends ParameterTable>(declared: ComputationDefinition<T>): Computation {
  const { run, ...rest } = declared
  return {
    ...rest,
    prepare: (asked) => {
      const { given, used } = readGiven(declared.input, asked)
      return { used, compute: (context) => run(context, given) }
    },
  }
}

/** Whether an operation is a computation. */
export function isComputation<T extends object>(declared: T | Computation): declared is Computation {
  return 'needs' in declared
}
