import { isObject, isRawNumber, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { malformed } from './operation-error.ts'
import { listIn, type PatchValue, parseValue, typedValue } from './patch-value.ts'
import { ownMember } from './tree.ts'

export type PatchOperation =
  | { type: 'add'; path: string; name: string; value: PatchValue }
  | { type: 'insert'; path: string; index: number; value: PatchValue }
  | { type: 'delete'; path: string }
  | { type: 'replace'; path: string; value: PatchValue }
  | { type: 'move'; path: string; source: number; destination: number }

/**
 * The parts of each operation (R4 fhirpatch.html, the table). All are needed, and others refused: who adds `name` to a
 * delete means another element than the one at `path`.
 */
const PARTS: Record<PatchOperation['type'], readonly string[]> = {
  add: ['type', 'path', 'name', 'value'],
  insert: ['type', 'path', 'index', 'value'],
  delete: ['type', 'path'],
  replace: ['type', 'path', 'value'],
  move: ['type', 'path', 'source', 'destination'],
}

type Parts = ReadonlyMap<string, JsonObject>

/** Reads one `operation` parameter. Throws `invalid` when it is not one. */
export function parseOperation(parameter: JsonValue): PatchOperation {
  if (!isObject(parameter) || ownMember(parameter, 'name') !== 'operation') {
    throw malformed('each parameter of a FHIRPath Patch is named operation')
  }
  const parts = partsOf(parameter)
  const type = textOf(parts, 'type')
  if (!isType(type)) throw malformed('type is one of add, insert, delete, replace, move')
  for (const name of PARTS[type]) if (!parts.has(name)) throw malformed(`the part ${name} is missing`)
  if (parts.size > PARTS[type].length) throw malformed(`${type} has the parts ${PARTS[type].join(', ')} and no other`)
  const path = textOf(parts, 'path')
  switch (type) {
    case 'add':
      return { type, path, name: textOf(parts, 'name'), value: parseValue(parts.get('value')!) }
    case 'insert':
      return { type, path, index: integerOf(parts, 'index'), value: parseValue(parts.get('value')!) }
    case 'delete':
      return { type, path }
    case 'replace':
      return { type, path, value: parseValue(parts.get('value')!) }
    case 'move':
      return { type, path, source: integerOf(parts, 'source'), destination: integerOf(parts, 'destination') }
  }
}

function isType(text: string): text is PatchOperation['type'] {
  return Object.hasOwn(PARTS, text)
}

function partsOf(parameter: JsonObject): Parts {
  const parts = new Map<string, JsonObject>()
  for (const part of listIn(parameter, 'part')) {
    const name = isObject(part) ? ownMember(part, 'name') : undefined
    if (!isObject(part) || typeof name !== 'string') throw malformed('a part has no name')
    if (parts.has(name)) throw malformed('a part stands twice')
    parts.set(name, part)
  }
  return parts
}

/** Any value[x] of text does: clients send a code as a string and the other way round. */
function textOf(parts: Parts, name: string): string {
  const value = scalarOf(parts.get(name))
  if (typeof value !== 'string') throw malformed(`the part ${name} is missing or not text`)
  return value
}

function integerOf(parts: Parts, name: string): number {
  const value = scalarOf(parts.get(name))
  const text = isRawNumber(value) ? value.rawJSON : typeof value === 'number' ? String(value) : ''
  if (!/^-?\d{1,10}$/.test(text)) throw malformed(`the part ${name} is not an integer`)
  return Number(text)
}

function scalarOf(part: JsonObject | undefined): JsonValue | undefined {
  return part && typedValue(part)?.item.value
}
