import { FhirError } from '../fhir-error.ts'
import { isObject, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { Budget, checkDepth } from './budget.ts'
import { equalJson } from './equal.ts'
import { inOperation, malformed, unfit } from './operation-error.ts'
import { isWithin, Places, type Pointer, parsePointer } from './pointer.ts'
import { cloneTree, countCharacters, countNodes, ownMember } from './tree.ts'

const MAX_OPERATIONS = 10_000

type Operation =
  | { op: 'add' | 'replace' | 'test'; path: Pointer; value: JsonValue }
  | { op: 'remove'; path: Pointer }
  | { op: 'move' | 'copy'; path: Pointer; from: Pointer }

/**
 * Applies a JSON Patch (RFC 6902) to a document as `parseLossless` gives it. Neither is changed: all operations apply,
 * or it throws. A malformed patch is `invalid`, one that does not fit the document `unprocessable`.
 */
export function applyJsonPatch(document: JsonObject, operations: JsonValue): JsonObject {
  if (!Array.isArray(operations)) throw malformed('A JSON Patch is a list of operations.')
  if (operations.length > MAX_OPERATIONS) {
    throw FhirError.of('invalid', `A patch has at most ${MAX_OPERATIONS} operations.`, { code: 'too-costly' })
  }
  const budget = new Budget()
  // All are read before the first is applied, so that a malformed patch is told as such whatever the document.
  const parsed = operations.map((source, index) => inOperation(index, labelOf(source), () => parseOperation(source)))
  const places = new Places(cloneTree(document))
  for (const [index, operation] of parsed.entries()) {
    inOperation(index, labelOf(operations[index]!), () => apply(places, operation, budget))
  }
  if (!isObject(places.document)) throw unfit('The patch leaves something that is not a JSON object.')
  return places.document
}

function labelOf(source: JsonValue): { name?: string; path?: string } {
  if (!isObject(source)) return {}
  const op = ownMember(source, 'op')
  const path = ownMember(source, 'path')
  return isOp(op) ? { name: op, ...(typeof path === 'string' && { path }) } : {}
}

function isOp(op: JsonValue | undefined): op is Operation['op'] {
  return typeof op === 'string' && ['add', 'remove', 'replace', 'move', 'copy', 'test'].includes(op)
}

/** RFC 6902, section 4: members that an operation does not define are ignored. */
function parseOperation(source: JsonValue): Operation {
  if (!isObject(source)) throw malformed('an operation is an object')
  const op = ownMember(source, 'op')
  if (!isOp(op)) throw malformed('op is one of add, remove, replace, move, copy, test')
  const path = pointerIn(source, 'path')
  if (op === 'remove') return { op, path }
  if (op === 'move' || op === 'copy') {
    const from = pointerIn(source, 'from')
    if (op === 'move' && path.length > from.length && isWithin(path, from)) {
      throw malformed('a value cannot be moved into itself')
    }
    return { op, path, from }
  }
  const value = ownMember(source, 'value')
  if (value === undefined) throw malformed('value is missing')
  return { op, path, value }
}

function pointerIn(source: JsonObject, name: string): Pointer {
  const text = ownMember(source, name)
  if (typeof text !== 'string') throw malformed(`${name} is missing or not a string`)
  return parsePointer(text)
}

function apply(places: Places, operation: Operation, budget: Budget): void {
  budget.checkTime()
  const depth = operation.path.length
  checkDepth(depth)
  switch (operation.op) {
    case 'add':
      places.add(operation.path, cloneTree(operation.value, depth))
      break
    case 'replace':
      places.replace(operation.path, cloneTree(operation.value, depth))
      break
    case 'remove':
      places.remove(operation.path)
      break
    case 'test':
      if (!equalJson(places.get(operation.path), operation.value)) throw unfit('the value there is another')
      break
    case 'move':
      move(places, operation.from, operation.path)
      break
    case 'copy':
      copy(places, operation.from, operation.path, budget)
      break
  }
}

function move(places: Places, from: Pointer, path: Pointer): void {
  const value = places.get(from)
  if (from.length === path.length && isWithin(path, from)) return
  // Only a value that goes deeper can end up too deep.
  if (path.length > from.length) countNodes(value, path.length)
  places.remove(from)
  places.add(path, value)
}

function copy(places: Places, from: Pointer, path: Pointer, budget: Budget): void {
  const value = places.get(from)
  budget.spendCopies(countNodes(value, path.length), countCharacters(value))
  places.add(path, cloneTree(value, path.length))
}
