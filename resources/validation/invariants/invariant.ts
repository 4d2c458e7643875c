import { beginningOf } from '../../beginning.ts'
import { timeWithin } from '../../path/within-time.ts'
import type { Finding, Place, Run } from '../place.ts'
import { evaluateByEngine } from './by-engine.ts'
import { compileFhirPath } from './fhirpath/compile.ts'
import type { Compiled } from './fhirpath/compiled.ts'
import { Evaluation } from './fhirpath/item.ts'
import { ForEngine, NotKnown } from './fhirpath/syntax.ts'

/** Whether an invariant is met at a place. What cannot be told counts as met, and is told as a warning. */
export type Invariant = (place: Place, run: Run) => boolean

const invariants = new Map<string, Invariant>()
const MOST_KEPT = 5000

/**
 * An invariant by its FHIRPath expression, for places of a type (`Patient`, `Patient.contact`, `HumanName`, `string`). It is met where the
 * expression gives true (a value that is no boolean counts as true), and not where it gives nothing, as the reference validators have it.
 */
export function invariantFor(expression: string, type: string): Invariant {
  const key = `${type} ${expression}`
  let invariant = invariants.get(key)
  if (!invariant) {
    invariant = guarded(expression, compile(expression, type))
    if (invariants.size >= MOST_KEPT) invariants.clear()
    invariants.set(key, invariant)
  }
  return invariant
}

function compile(expression: string, type: string): Invariant {
  let engine: Invariant | undefined
  const byEngine: Invariant = (place, run) => {
    engine ??= engineInvariant(expression, type)
    return engine(place, run)
  }
  const compiled = compiledOrNot(expression)
  if (!compiled) return byEngine
  return (place, run) => {
    try {
      return isMet(compiled, place, run)
    } catch (error) {
      if (error instanceof ForEngine) return byEngine(place, run)
      throw error
    }
  }
}

/** An expression as plain functions; undefined where it is left to the engine. */
export function compiledOrNot(expression: string): Compiled | undefined {
  try {
    return compileFhirPath(expression)
  } catch (error) {
    // What is too deep to be read here is told by the engine, within time.
    if (error instanceof ForEngine || error instanceof RangeError) return undefined
    throw error
  }
}

function isMet(compiled: Compiled, place: Place, run: Run): boolean {
  const evaluation = new Evaluation(place, run)
  try {
    if (compiled.isTruth) return compiled.truth([place], evaluation) === true
    const items = compiled.items([place], evaluation)
    return items.length === 1 && typeof items[0]!.value === 'boolean' ? items[0]!.value : items.length > 0
  } finally {
    run.cost?.add(evaluation.steps, 0)
  }
}

function engineInvariant(expression: string, type: string): Invariant {
  const evaluate = evaluateByEngine(expression, type)
  return (place) => {
    const values = evaluate(place)
    return values.length === 1 && typeof values[0] === 'boolean' ? values[0] : values.length > 0
  }
}

function guarded(expression: string, invariant: Invariant): Invariant {
  return (place, run) => {
    const { cost } = run
    if (cost?.isOver === true) {
      cost.tell(run)
      return true
    }
    const before = timeWithin()
    try {
      return invariant(place, run)
    } catch (error) {
      // It is asked for, and the validation carried out once more.
      if (!(error instanceof NotKnown)) run.report(place, unanswered(expression))
      return true
    } finally {
      cost?.add(0, timeWithin() - before)
    }
  }
}

function unanswered(expression: string): Finding {
  return {
    severity: 'warning',
    code: 'not-supported',
    messageId: 'invariant-unanswered',
    diagnostics: `Not checked, as it cannot be evaluated here: ${beginningOf(expression, 200)}`,
  }
}
