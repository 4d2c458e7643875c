import type { Issue } from '../fhir-error.ts'
import type { Known } from './question.ts'

/** A value within a resource that is validated: where it is, and of what type. */
export interface Place {
  /** The object around it; undefined for the body itself. */
  readonly parent: Place | undefined
  /** Its name in JSON (`valueQuantity`); `''` for the body. */
  readonly name: string
  /** Its place in the list, where it is in one. */
  readonly index: number | undefined
  /** Of a primitive, the value (undefined where only `_name` is there). */
  readonly value: unknown
  /** Of a primitive, what is beside it under `_name`. */
  readonly sibling: Readonly<Record<string, unknown>> | undefined
  /** Type by the definitions (`Patient`, `Patient.contact`, `HumanName`, `string`); of a resource, its own. */
  readonly type: string
  /** The resource that it is in (itself, if it is one): contained ones and entries are resources of their own. */
  readonly resource: Place
}

/** What is found, before it has its place. `messageId` is stable and names the check (`pat-1`, `reference-target`). */
export interface Finding {
  severity: Issue['severity']
  code: string
  messageId: string
  diagnostics: string
}

/** How a validation is meant. */
export interface Options {
  /** Profiles that the body is held against, besides those it claims (`meta.profile`): canonicals. */
  profiles: readonly string[]
  /** Whether an extension that nobody knows is an error. */
  strictExtensions: boolean
  /** Whether elements that a profile must support, and that are not there, are told. */
  mustSupport: boolean
  /** Whether what is only good practice is told as information: that a resource should have narrative (dom-6). */
  bestPractices?: boolean
  /** Whether literal references to what is not there are told. Each is looked for. */
  targets?: boolean
}

/** What invariants cost. */
export interface CostOfInvariants {
  /** Whether nothing more may be evaluated. */
  readonly isOver: boolean
  /** Counts what an evaluation took: its steps, and ms of what counts none. */
  add(steps: number, time: number): void
  /** Says, once in each round, that the rest was not evaluated. */
  tell(run: Run): void
}

/** One validation of one body, for all who take part in it. */
export interface Run {
  readonly body: Place
  readonly known: Known
  readonly options: Options
  /** What its invariants have cost so far, in all rounds; without one there is no limit. */
  readonly cost?: CostOfInvariants
  /** Tells what is wrong at a place, or at a member below it. */
  report(place: Place, finding: Finding, member?: string): void
}

/** One check of all places of a type. It tells what it finds by `run.report`. */
export type Check = (place: Place, run: Run) => void

/** A part of validation: the checks it has for a type, made once when the type is first met; undefined for none. */
export interface Layer {
  name: string
  checkOf(type: string): Check | undefined
  /** Of primitives that have something beside them (`_birthDate`), whatever their type. */
  besideCheck?: Check
}

/** FHIRPath of a place (`Patient.contact[0].name`). */
export function expressionOf(place: Place): string {
  const steps: string[] = []
  let at: Place = place
  for (; at.parent; at = at.parent) steps.push(at.index === undefined ? at.name : `${at.name}[${at.index}]`)
  return [at.type, ...steps.reverse()].join('.')
}
