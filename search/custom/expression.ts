import { compileExpression } from '../../resources/path/engine.ts'
import { compileRoutes } from '../../resources/path/routes.ts'
import { unknownStep } from '../../resources/path/unknown-step.ts'

/** Characters of an expression at the most: it is run at every write. */
const LONGEST = 2_000

/** What needs other resources, a terminology or the time of day: index entries follow from the resource alone. */
const OUTSIDE = /\b(resolve|memberOf|subsumes|subsumedBy|conformsTo|now|today|timeOfDay)\s*\(/

/** Why an expression is no FHIRPath; undefined when it is. */
export function syntaxFault(expression: string, typeName: string): string | undefined {
  if (expression.length > LONGEST) return `it has more than ${LONGEST} characters`
  try {
    if (!compileRoutes(expression, typeName)) compileExpression(expression)
    return undefined
  } catch (error) {
    return `it is not FHIRPath (${wordsOf(error)})`
  }
}

/** Why an expression cannot select anything of a type; undefined when it can. */
export function selectionFault(expression: string, typeName: string): string | undefined {
  const routes = compileRoutes(expression, typeName)
  if (routes) return routes.length === 0 ? `it selects nothing of ${typeName}` : undefined
  const unknown = unknownStep(expression, typeName)
  if (unknown !== undefined) return `${typeName} has no ${unknown} there`
  const outside = OUTSIDE.exec(expression)?.[1]
  if (outside !== undefined) return `${outside}() is not known here: what is indexed follows from the resource alone`
  try {
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
