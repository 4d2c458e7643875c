import { valueBases } from '../definitions/value-bases.ts'
import { isObject, type JsonObject } from '../json/lossless.ts'
import type { Budget } from './budget.ts'
import { childrenOf, type Place, rootPlace, valueAt } from './elements.ts'
import { placesByEngine } from './engine-places.ts'
import { malformed, unfit } from './operation-error.ts'
import { type Piece, parsePath, type Step } from './steps.ts'

const MAX_PATH = 1_000

/**
 * The elements that a FHIRPath expression selects, in order. Simple paths are followed here; the engine helps with the
 * others. Throws `invalid` for what is not FHIRPath, `unprocessable` for what selects anything but elements.
 */
export function locate(root: JsonObject, path: string, budget: Budget): Place[] {
  checkPath(root, path)
  return placesOf(root, parsePath(path), budget)
}

/** The one element that a path selects. */
export function locateOne(root: JsonObject, path: string, budget: Budget): Place {
  return only(locate(root, path, budget))
}

/** The list that a path ends in, which may have no items yet: the element it belongs to, and its name. */
export function locateList(root: JsonObject, path: string, budget: Budget): { holder: Place; name: string } {
  checkPath(root, path)
  const pieces = parsePath(path)
  const [step, ...more] = pieces.pop()?.steps ?? []
  if (step?.kind !== 'name' || more.length > 0) throw malformed('the path must end in the name of a list')
  return { holder: only(placesOf(root, pieces, budget)), name: step.name }
}

function only(places: Place[]): Place {
  if (places.length === 0) throw unfit('the path matches nothing')
  if (places.length > 1) throw unfit(`the path matches ${places.length} elements, not one`)
  return places[0]!
}

/** R4 fhirpatch.html: the path is one into the resource that is patched. */
function checkPath(root: JsonObject, path: string): void {
  if (path.length > MAX_PATH) throw malformed(`a path has at most ${MAX_PATH} characters`)
  const [, name] = /^[\s(]*([A-Z]\w*)\s*(?:\.|\[|$)/.exec(path) ?? []
  if (name === undefined || name === root.resourceType || name === 'Resource' || name === 'DomainResource') return
  throw unfit('the path begins with another type than the resource has')
}

function placesOf(root: JsonObject, pieces: readonly Piece[], budget: Budget): Place[] {
  const engineEnd = pieces.findLastIndex((piece) => !piece.steps) + 1
  const steps = pieces.slice(engineEnd).flatMap((piece) => piece.steps!)
  if (engineEnd === 0) {
    const [first] = steps
    const rooted = first?.kind === 'name' && /^[A-Z]/.test(first.name)
    return follow(root, [rootPlace(root)], rooted ? steps.slice(1) : steps)
  }
  const before = (): Place[] => placesOf(root, pieces.slice(0, engineEnd - 1), budget)
  return follow(root, placesByEngine(root, pieces.slice(0, engineEnd), before, budget), steps)
}

function follow(root: JsonObject, start: Place[], steps: readonly Step[]): Place[] {
  return steps.reduce((places, step) => take(root, places, step), start)
}

function take(root: JsonObject, places: Place[], step: Step): Place[] {
  switch (step.kind) {
    case 'name':
      return places.flatMap((place) => childrenOf(root, place, step.name))
    case 'slice':
      return places.slice(step.start, step.end)
    case 'ofType':
      return places.filter(({ type }) => type === step.type || valueBases[type] === step.type)
    case 'itself':
      return places.filter(({ at }) => valueAt(root, at) === step.text)
    case 'equals':
      return places.filter((place) => holdsText(root, place, step.name, step.text))
    case 'extension':
      return places
        .flatMap((place) => childrenOf(root, place, 'extension'))
        .filter((place) => isExtension(root, place, step.url))
  }
}

/** FHIRPath's `=` is true of collections only when they have one item each. */
function holdsText(root: JsonObject, place: Place, name: string, text: string): boolean {
  const children = childrenOf(root, place, name)
  return children.length === 1 && valueAt(root, children[0]!.at) === text
}

function isExtension(root: JsonObject, place: Place, url: string): boolean {
  const value = valueAt(root, place.at)
  return isObject(value) && value.url === url
}
