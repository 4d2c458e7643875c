import type { Place, Run } from '../place.ts'
import { evaluateByEngine } from './by-engine.ts'

/** Whether an invariant is met at a place. What cannot be told counts as met, and is told as a warning. */
export type Invariant = (place: Place, run: Run) => boolean

const invariants = new Map<string, Invariant>()
const MOST_KEPT = 5000

/**
 * An invariant by its FHIRPath expression, for places of a type (`Patient`, `Patient.contact`, `HumanName`, `string`). It is met where the
 * expression gives true (a single value that is no boolean counts as true); nothing is not met (R4 conformance-rules, "Constraints").
 */
export function invariantFor(expression: string, type: string): Invariant {
  const key = `${type} ${expression}`
  let invariant = invariants.get(key)
  if (!invariant) {
    invariant = compile(expression, type)
    if (invariants.size >= MOST_KEPT) invariants.clear()
    invariants.set(key, invariant)
  }
  return invariant
}

function compile(expression: string, type: string): Invariant {
  const evaluate = evaluateByEngine(expression, type)
  return (place, run) => {
    try {
      return isTrue(evaluate(place))
    } catch {
      run.report(place, unanswered(expression))
      return true
    }
  }
}

function isTrue(values: unknown[]): boolean {
  return values.length === 1 && typeof values[0] === 'boolean' ? values[0] : values.length > 0
}

function unanswered(expression: string) {
  return {
    severity: 'warning' as const,
    code: 'not-supported',
    messageId: 'invariant-unanswered',
    diagnostics: `Not checked, as it cannot be evaluated: ${expression.slice(0, 200)}`,
  }
}
