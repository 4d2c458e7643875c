import { FhirError } from '../fhir-error.ts'
import { type JsonObject, printLossless } from '../json/lossless.ts'
import { compileExpression } from '../path/engine.ts'
import type { Budget } from './budget.ts'
import { type Location, type Place, placeAt } from './elements.ts'
import { malformed, tooCostly, unfit } from './operation-error.ts'
import { joinPieces, type Piece } from './steps.ts'

/**
 * The places that a path selects which only the FHIRPath engine understands. It gives values, not places: objects are
 * found again by identity in the copy it worked on; primitives that a last `where` chose, by their number among those
 * it chose from, which `before` tells.
 */
export function placesByEngine(
  root: JsonObject,
  pieces: readonly Piece[],
  before: () => Place[],
  budget: Budget,
): Place[] {
  const text = printLossless(root)
  const copy: unknown = JSON.parse(text)
  const evaluate = (expression: string): unknown[] => evaluateOn(copy, expression, text.length, budget)
  const values = evaluate(joinPieces(pieces))
  if (values.length === 0) return []
  const holders = holdersIn(copy)
  const locations = [...new Set(values)].map((value) => locationOf(value, copy, holders))
  if (locations.every((location) => location !== undefined)) return locations.map((at) => known(root, at))
  const criterion = /^where\((.*)\)$/s.exec(pieces.at(-1)!.text)?.[1]
  if (criterion === undefined || pieces.length < 2) throw unlocatable()
  const prefix = joinPieces(pieces.slice(0, -1))
  const places = before()
  if (evaluate(`${prefix}.count()`)[0] !== places.length) throw unlocatable()
  return evaluate(`${prefix}.select(iif(${criterion}, $index, {}))`).map((index) => places[Number(index)]!)
}

function evaluateOn(copy: unknown, expression: string, size: number, budget: Budget): unknown[] {
  // trace() prints what it is given, which is a patient's, to the server's output. A delimited name can spell it with
  // escapes.
  if (/trace|`[^`]*\\/.test(expression)) throw malformed('a path may not use trace()')
  demandSmall(expression, size)
  try {
    const compiled = compileExpression(expression)
    return budget.evaluate(() => compiled(copy))
  } catch (error) {
    if (error instanceof FhirError) throw error
    // The stack or the longest string ran over. The engine's own words may quote values of the resource.
    if (error instanceof RangeError) throw tooCostly('the path asks for too much work')
    throw malformed('the path is not FHIRPath that can be evaluated here')
  }
}

/** What makes long strings of short ones. */
const BUILDER = /\b(?:replace|replaceMatches|join|repeat|aggregate)\b/

/** What looks for one string in another, and the characters of a resource up to which that is quick at the worst. */
const FINDER = /\b(?:indexOf|lastIndexOf|contains|split)\b/
const SMALL = 64 * 1024

/** No clock stops the search for one string in another: throws where both may be long. */
function demandSmall(expression: string, size: number): void {
  const code = expression.replace(/'(?:[^'\\]|\\.)*'/g, "''")
  if (BUILDER.test(code)) throw malformed('a path may not build strings')
  if (FINDER.test(code) && size > SMALL) throw tooCostly('the path looks for strings in a large resource')
}

interface Holder {
  object: object
  key: string | number
}

/** For every object in a tree, what holds it. */
function holdersIn(top: unknown): Map<unknown, Holder> {
  const holders = new Map<unknown, Holder>()
  const visit = (object: object): void => {
    for (const [name, value] of Object.entries(object)) {
      if (typeof value !== 'object' || value === null) continue
      holders.set(value, { object, key: Array.isArray(object) ? Number(name) : name })
      visit(value)
    }
  }
  visit(top as object)
  return holders
}

function locationOf(value: unknown, top: unknown, holders: Map<unknown, Holder>): Location | undefined {
  const keys: (string | number)[] = []
  let at = value
  while (at !== top) {
    const holder = holders.get(at)
    if (!holder) return undefined
    keys.push(holder.key)
    at = holder.object
  }
  return keys.reverse()
}

function known(root: JsonObject, at: Location): Place {
  const place = placeAt(root, at)
  if (!place) throw unlocatable()
  return place
}

function unlocatable(): FhirError {
  return unfit('the path selects values that cannot be told apart from others; let it end in the name of the element')
}
