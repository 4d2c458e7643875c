import { worked } from '../resources/effort.ts'
import { compileExpression, typesOf } from '../resources/path/engine.ts'
import { OutOfTime, withinTime } from '../resources/path/within-time.ts'
import { unboundedPart } from './custom/bounded.ts'
import type { SearchParameter, SelectedValue } from './parameter.ts'

/** ms that one resource may take, and what is left to an expression when it has been cheap for long. */
const MOST_MS = 100
const MOST_SAVED = 300

/** ms that it may take for each resource in the long run. */
const PER_RESOURCE = 2

/** JSON values of a resource up to which no expression that is let in takes long: to watch it would cost more. */
const SMALL = 300

/** What an expression may select of a resource, in all. */
const MOST_VALUES = 10_000
const MOST_CHARACTERS = 1_000_000

/**
 * The values that the FHIRPath engine selects. A resource on which the expression fails (`single()` of two) has none: it
 * must be kept all the same. One on which it takes too long, or gives too much, has none either, and `onOverrun` is told;
 * an expression that goes on like that is not carried out any more.
 */
export function engineSelector(expression: string, onOverrun: () => void): SearchParameter['select'] {
  const overrun = (): SelectedValue[] => {
    onOverrun()
    return []
  }
  let run: ((resource: unknown) => SelectedValue[]) | undefined
  let left = MOST_SAVED
  return (resource) => {
    run ??= runnerOf(expression)
    left = Math.min(left + PER_RESOURCE, MOST_SAVED)
    const most = Math.min(Math.floor(left), MOST_MS)
    if (most <= PER_RESOURCE) return overrun()
    const select = run
    const began = worked()
    try {
      return isSmall(resource) ? select(resource) : withinTime(() => select(resource), most)
    } catch (error) {
      return error instanceof OutOfTime || error instanceof RangeError ? overrun() : []
    } finally {
      left -= worked() - began
    }
  }
}

/** Compiles what passes the check; of what was stored before there was one, each resource is too much. */
function runnerOf(expression: string): (resource: unknown) => SelectedValue[] {
  try {
    if (unboundedPart(expression) !== undefined) throw new RangeError()
    const run = compileExpression(expression)
    return (resource) => selectedOf(run(resource))
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** Values with their types, an object that comes several times once. Throws RangeError for too many. */
function selectedOf(values: unknown[]): SelectedValue[] {
  let characters = 0
  for (const value of values) if (typeof value === 'string') characters += value.length
  if (values.length > MOST_VALUES || characters > MOST_CHARACTERS) throw new RangeError('too many values')
  const distinct = [...new Set(values)]
  const types = typesOf(distinct)
  return distinct.map((value, at) => ({ value, type: types[at] ?? '', binding: undefined }))
}

/** Whether a resource has few values, however long. */
function isSmall(resource: unknown): boolean {
  let count = 0
  const waiting = [resource]
  while (waiting.length > 0 && count <= SMALL) {
    const value = waiting.pop()
    count++
    if (typeof value !== 'object' || value === null) continue
    for (const inner of Object.values(value)) waiting.push(inner)
  }
  return count <= SMALL
}
