import { compileExpression } from '../../resources/path/engine.ts'
import { compileRoutes, splitUnion } from '../../resources/path/routes.ts'
import { parseSteps } from '../../resources/path/steps.ts'
import { unknownStep } from '../../resources/path/unknown-step.ts'
import { nestingFault, unboundedPart } from './bounded.ts'

/** Characters of an expression at the most: it is run at every write. */
const LONGEST = 2_000

/** Why an expression is no FHIRPath; undefined when it is. */
export function syntaxFault(expression: string, typeName: string): string | undefined {
  if (expression.length > LONGEST) return `it has more than ${LONGEST} characters`
  const nesting = nestingFault(expression)
  if (nesting !== undefined) return nesting
  try {
    if (!compileRoutes(expression, typeName)) compileExpression(expression)
    return undefined
  } catch (error) {
    return `it is not FHIRPath (${wordsOf(error)})`
  }
}

/** Why the part of a composite cannot be worked out on every write; undefined when it can. Its syntax was checked. */
export function partFault(expression: string): string | undefined {
  return splitUnion(expression).every(parseSteps) ? undefined : unboundedPart(expression)
}

/** Why an expression cannot select anything of a type; undefined when it can. */
export function selectionFault(expression: string, typeName: string): string | undefined {
  const routes = compileRoutes(expression, typeName)
  if (routes) return routes.length === 0 ? `it selects nothing of ${typeName}` : undefined
  const unknown = unknownStep(expression, typeName)
  if (unknown !== undefined) return `${typeName} has no ${unknown} there`
  try {
    const unbounded = unboundedPart(expression)
    if (unbounded !== undefined) return unbounded
    // The engine finds out what functions there are when it runs.
    compileExpression(expression)({ resourceType: typeName })
    return undefined
  } catch (error) {
    return `it cannot be carried out (${wordsOf(error)})`
  }
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200)
}
