import { membersOf, typeTable } from '../../resources/definitions/definitions.ts'
import {
  isObject,
  type JsonObject,
  type JsonValue,
  parseLossless,
  printLossless,
} from '../../resources/json/lossless.ts'
import { CONFIDENTIALITY } from './known.ts'

const REDACTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' }

/** Elements that say whom a resource is about. */
const SUBJECTS: readonly string[] = ['subject', 'patient', 'beneficiary']

/** Types of elements that say when. */
const DATES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant', 'Period'])

/** Elements that say what was found, be it a date. */
const FINDINGS: ReadonlySet<string> = new Set(['value[x]', 'born[x]', 'deceased[x]'])

/** Whether resources of a type can be shown redacted: those that say whom they are about. All else is shown whole or not at all. */
export function isRedactable(type: string): boolean {
  const elements = typeTable(type)?.elements ?? {}
  return SUBJECTS.some((name) => elements[name]?.types.includes('Reference'))
}

/**
 * What is left of a resource whose label hides what it says: that it is there, of whom, when, and its status. No code, no
 * text, no value, nothing of those who took part; of `meta` the version, and of its labels those of confidentiality, since one
 * of sensitivity says what is hidden. It is tagged REDACTED.
 */
export function redactedWhole(text: Buffer, type: string): Buffer {
  const resource = parseLossless(text.toString()) as JsonObject
  const members = membersOf(type)
  const kept: JsonObject = { resourceType: type, id: resource.id ?? '', meta: metaOf(resource.meta) }
  for (const [name, value] of Object.entries(resource)) {
    const member = members.get(name)
    const left = member && !FINDINGS.has(member.name) ? leftOf(name, value, member.type) : undefined
    if (left !== undefined) kept[name] = left
  }
  return Buffer.from(printLossless(kept))
}

function leftOf(name: string, value: JsonValue, type: string): JsonValue | undefined {
  if (name === 'status') return typeof value === 'string' ? value : undefined
  if (SUBJECTS.includes(name)) return referenceOf(value)
  if (!DATES.has(type)) return undefined
  if (type !== 'Period') return typeof value === 'string' ? value : undefined
  return isObject(value) ? membersIn(value, ['start', 'end']) : undefined
}

/** One that leads out of the resource, without the words beside it. */
function referenceOf(value: JsonValue): JsonValue | undefined {
  if (!isObject(value) || typeof value.reference !== 'string' || value.reference.startsWith('#')) return undefined
  return { reference: value.reference }
}

function membersIn(value: JsonObject, names: readonly string[]): JsonObject | undefined {
  const kept = names.filter((name) => typeof value[name] === 'string').map((name) => [name, value[name]!] as const)
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

function metaOf(meta: JsonValue | undefined): JsonObject {
  const { security, ...own } = isObject(meta) ? meta : ({} as JsonObject)
  const labels = (Array.isArray(security) ? security : []).filter(isObject)
  const levels = labels.filter(({ system }) => system === CONFIDENTIALITY)
  const kept = levels.map((label) => membersIn(label, ['system', 'code']) ?? {})
  return { ...membersIn(own, ['versionId', 'lastUpdated']), security: [...kept, REDACTED] }
}
