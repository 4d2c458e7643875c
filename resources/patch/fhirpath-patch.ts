import { FhirError } from '../fhir-error.ts'
import { isObject, type JsonObject } from '../json/lossless.ts'
import { Budget, checkDepth } from './budget.ts'
import { contentObject, contentOf, type Location, membersNamed, placeAt, slotOf, valueAt } from './elements.ts'
import { append, type Fitted, fit } from './fit.ts'
import { readItems, writeItems } from './items.ts'
import { locate, locateList, locateOne } from './locate.ts'
import { inOperation, malformed, unfit } from './operation-error.ts'
import { type PatchOperation, parseOperation } from './parameters.ts'
import { listIn, type PatchValue } from './patch-value.ts'
import { cloneTree, countNodes } from './tree.ts'

const MAX_OPERATIONS = 1_000

type Of<Type extends PatchOperation['type']> = Extract<PatchOperation, { type: Type }>

/**
 * Applies a FHIRPath Patch (R4 fhirpatch.html) to a resource as `parseLossless` gives it. Neither is changed: all
 * operations apply, or it throws. A malformed patch is `invalid`, one that does not fit the resource `unprocessable`.
 * What comes out is not validated.
 */
export function applyFhirPathPatch(resource: JsonObject, parameters: JsonObject): JsonObject {
  if (parameters.resourceType !== 'Parameters') throw malformed('A FHIRPath Patch is a Parameters resource.')
  const sources = listIn(parameters, 'parameter')
  if (sources.length > MAX_OPERATIONS) {
    throw FhirError.of('invalid', `A patch has at most ${MAX_OPERATIONS} operations.`, { code: 'too-costly' })
  }
  const budget = new Budget()
  const expression = (index: number): string => `Parameters.parameter[${index}]`
  // All are read before the first is applied, so that a malformed patch is told as such whatever the resource.
  const operations = sources.map((source, index) =>
    inOperation(index, {}, () => parseOperation(source), expression(index)),
  )
  const root = cloneTree(resource)
  for (const [index, operation] of operations.entries()) {
    const { type, path } = operation
    inOperation(index, { name: type, path }, () => apply(root, operation, budget), expression(index))
  }
  return root
}

function apply(root: JsonObject, operation: PatchOperation, budget: Budget): void {
  budget.checkTime()
  switch (operation.type) {
    case 'add':
      add(root, operation, budget)
      break
    case 'insert':
      insert(root, operation, budget)
      break
    case 'delete':
      remove(root, operation, budget)
      break
    case 'replace':
      replace(root, operation, budget)
      break
    case 'move':
      move(root, operation, budget)
      break
  }
}

function add(root: JsonObject, { path, name, value }: Of<'add'>, budget: Budget): void {
  const place = locateOne(root, path, budget)
  const { type, at } = contentOf(place)
  append(contentObject(root, place), type, [fitAt(at, type, name, value)])
}

function insert(root: JsonObject, { path, index, value }: Of<'insert'>, budget: Budget): void {
  const { holder, name } = locateList(root, path, budget)
  const { type, at } = contentOf(holder)
  const fitted = fitAt(at, type, name, value)
  if (fitted.member.element.max === 1) throw doesNotRepeat()
  const items = readItems(contentObject(root, holder), fitted.name)
  if (index < 0 || index > items.length) throw unfit(`the index is not within 0 to ${items.length}`)
  items.splice(index, 0, fitted.item)
  writeItems(contentObject(root, holder), fitted.name, items, true)
}

/** "Path of the element to delete (if found)". */
function remove(root: JsonObject, { path }: Of<'delete'>, budget: Budget): void {
  const places = locate(root, path, budget)
  if (places.length > 1) throw unfit(`the path matches ${places.length} elements; delete takes one`)
  if (places[0]) removeAt(root, places[0].at)
}

/** Takes an element out, and what becomes empty by it: FHIR knows no empty objects and lists. */
function removeAt(root: JsonObject, at: Location): void {
  const { holder: holderAt, name, index, repeats } = slotIn(at)
  const holder = valueAt(root, holderAt) as JsonObject
  const own = name.replace(/^_/, '')
  const items = readItems(holder, own)
  const item = items[index]!
  if (own !== name && item.value !== undefined) item.sibling = undefined
  else items.splice(index, 1)
  writeItems(holder, own, items, repeats)
  if (holderAt.length > 0 && Object.keys(holder).length === 0) removeAt(root, holderAt)
}

function replace(root: JsonObject, { path, value }: Of<'replace'>, budget: Budget): void {
  const { at } = locateOne(root, path, budget)
  const { holder: holderAt, name, index, repeats } = slotIn(at)
  const holder = valueAt(root, holderAt) as JsonObject
  const type = placeAt(root, holderAt)!.type
  const [member] = membersNamed(type, name)
  // Parts do not tell a type: they build one of the type that is there.
  const element = value.kind === 'parts' || !member ? name : member[1].name
  const fitted = fitAt(holderAt, type, element, value)
  const items = readItems(holder, name)
  items[index] = fitted.item
  if (fitted.name !== name) writeItems(holder, name, [], repeats)
  writeItems(holder, fitted.name, items, repeats)
}

function move(root: JsonObject, { path, source, destination }: Of<'move'>, budget: Budget): void {
  const { holder, name } = locateList(root, path, budget)
  const content = contentOf(holder)
  const [member] = membersNamed(content.type, name)
  if (!member) throw unfit(`${content.type} has no element of that name`)
  if (member[1].element.max === 1) throw doesNotRepeat()
  const object = valueAt(root, content.at)
  const items = isObject(object) ? readItems(object, member[0]) : []
  const isIndex = (index: number): boolean => index >= 0 && index < items.length
  if (!isObject(object) || !isIndex(source) || !isIndex(destination)) {
    throw unfit(`source and destination are indexes of the list, which has ${items.length} items`)
  }
  items.splice(destination, 0, ...items.splice(source, 1))
  writeItems(object, member[0], items, true)
}

/** Fits a value to an element of the object at a location, and sees to it that it goes no deeper than a patch may. */
function fitAt(at: Location, type: string, name: string, value: PatchValue): Fitted {
  const fitted = fit(type, name, value)
  const depth = at.length + 2
  checkDepth(depth)
  for (const side of Object.values(fitted.item)) if (side !== undefined) countNodes(side, depth)
  return fitted
}

function slotIn(at: Location): ReturnType<typeof slotOf> {
  if (at.length === 0) throw unfit('the path is that of the resource itself')
  return slotOf(at)
}

function doesNotRepeat(): FhirError {
  return unfit('the element does not repeat')
}
