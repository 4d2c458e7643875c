import { membersOf } from '../../definitions/definitions.ts'
import { compileAt } from '../../path/engine.ts'
import { withinTime } from '../../path/within-time.ts'
import type { Place } from '../place.ts'
import { rootResourceOf } from '../surroundings.ts'

/** ms that an expression may take at a place. */
const LONGEST = 500

/** ms that the engine may take to read an expression. */
const LONGEST_READ = 2_000

/** What an expression gives at a place. */
export type Evaluate = (place: Place) => unknown[]

/** An expression at places of a type, by the engine. What it makes throws what the engine does, and OutOfTime. */
export function evaluateByEngine(expression: string, type: string): Evaluate {
  const atParent = new Map<string, Evaluate>()
  let atPlace: ReturnType<typeof compileAt> | undefined
  let failure: unknown
  // What cannot be read is not read again at each place.
  const read = (of: string, text: string) => {
    if (failure !== undefined) throw failure
    try {
      return withinTime(() => compileAt(of, text), LONGEST_READ)
    } catch (error) {
      failure = error
      throw error
    }
  }
  return (place) => {
    if (place.parent && isPrimitive(place)) {
      const path = stepTo(place)
      const key = `${place.parent.type} ${path}`
      let evaluate = atParent.get(key)
      if (!evaluate) {
        const compiled = read(place.parent.type, `${path}.select(${expression})`)
        evaluate = ({ parent }) => compiled(parent?.value, aroundOf(place))
        atParent.set(key, evaluate)
      }
      return withinTime(() => evaluate(place), LONGEST)
    }
    atPlace ??= read(type, expression)
    const compiled = atPlace
    return withinTime(() => compiled(place.value, aroundOf(place)), LONGEST)
  }
}

function aroundOf(place: Place) {
  return { resource: place.resource.value, rootResource: rootResourceOf(place).value }
}

/** The engine knows of what stands beside a primitive only where it comes to it from the object around. */
function isPrimitive(place: Place): boolean {
  return typeof place.value !== 'object' || place.sibling !== undefined
}

function stepTo({ name, index, parent }: Place): string {
  const element = membersOf(parent!.type).get(name)?.name ?? name
  const step = `\`${element.endsWith('[x]') ? element.slice(0, -3) : element}\``
  return index === undefined ? step : `${step}[${index}]`
}
