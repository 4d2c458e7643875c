import { membersOf, typeTable } from './definitions/definitions.ts'
import { isObject, type JsonObject, type JsonValue, parseLossless, printLossless } from './json/lossless.ts'

/** Elements that are withheld, by resource type: `telecom`, `value` (of whatever type), `contact.name`. */
export type HiddenElements = Readonly<Record<string, readonly string[]>>

const REDACTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' }

/**
 * The text of a resource without the elements that are withheld, of its own and of the resources inside it. The narrative
 * tells what the elements do, and goes with them. A resource of a type of which something is withheld is tagged REDACTED
 * (`meta.security`) whether it has such elements or not: the tag is not to tell. Decimals stay as written.
 */
export function redactedText(text: Buffer, hidden: HiddenElements): Buffer {
  // Stored texts have no white space between their tokens.
  const types = Object.keys(hidden).filter((type) => hidden[type]!.length > 0)
  const isPlain = !text.includes(ESCAPE)
  if (types.length === 0 || (isPlain && !types.some((type) => text.includes(`"resourceType":"${type}"`)))) return text
  const resource = parseLossless(text.toString()) as JsonObject
  if (!redact(resource, hidden)) return text
  const own = isObject(resource.meta) ? resource.meta : {}
  const meta = { ...own, security: [...(Array.isArray(own.security) ? own.security : []), REDACTED] }
  const { resourceType, id, meta: _, ...rest } = resource
  return Buffer.from(printLossless({ resourceType: resourceType!, ...(id === undefined ? {} : { id }), meta, ...rest }))
}

/** What the letters of a type may be written with. */
const ESCAPE = '\\u'

/** Tells whether there is a resource of which something is withheld. */
function redact(value: JsonValue, hidden: HiddenElements): boolean {
  if (Array.isArray(value)) return redactAll(value, hidden)
  if (!isObject(value)) return false
  const type = value.resourceType
  const paths = typeof type === 'string' && Object.hasOwn(hidden, type) ? hidden[type]! : []
  for (const path of paths) removeElement(value, String(type), path)
  if (paths.length > 0) delete value.text
  return redactAll(Object.values(value), hidden) || paths.length > 0
}

function redactAll(values: readonly JsonValue[], hidden: HiddenElements): boolean {
  let isFound = false
  for (const value of values) if (redact(value, hidden)) isFound = true
  return isFound
}

/** Takes an element out of a resource, or of an element of that type, by its path below it. */
export function removeElement(holder: JsonObject, typeName: string, path: string): void {
  const [first = '', ...rest] = path.split('.')
  for (const name of Object.keys(holder)) {
    const plain = name.replace(/^_/, '')
    if (!isElement(typeName, plain, first)) continue
    if (rest.length === 0) delete holder[name]
    else removeInside(holder[name]!, memberType(typeName, plain), rest.join('.'))
  }
}

function removeInside(value: JsonValue, typeName: string, path: string): void {
  if (Array.isArray(value)) for (const item of value) removeInside(item, typeName, path)
  else if (isObject(value)) removeElement(value, typeName, path)
}

/** Whether a member of a type's JSON is what an element's name means: `value` is `valueQuantity` too. */
export function isElement(typeName: string, member: string, element: string): boolean {
  if (member === element) return true
  if (!member.startsWith(element) || !typeTable(typeName)) return false
  return membersOf(typeName).get(member)?.name === `${element}[x]`
}

function memberType(typeName: string, member: string): string {
  return typeTable(typeName) ? (membersOf(typeName).get(member)?.type ?? '') : ''
}
