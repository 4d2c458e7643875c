import { beginningOf } from '../../beginning.ts'
import type { Place } from '../place.ts'
import type { AskedCoding } from '../question.ts'

/** The codes that a bound value tells. */
export interface Coded {
  /** Those that have a code. */
  codings: readonly AskedCoding[]
  /** Of a plain code, whose system is the value set's. */
  inferSystem: boolean
  /** Whether it says why there is no code (extension data-absent-reason). */
  isAbsent: boolean
}

type Json = Readonly<Record<string, unknown>>

const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

/** The codes of a value by its type: concepts, quantities (their unit), primitives; undefined for types that tell none. */
export function codedOf({ type, value }: Place): Coded | undefined {
  if (typeof value === 'string') return { codings: [{ code: value }], inferSystem: true, isAbsent: false }
  if (typeof value !== 'object' || value === null) return undefined
  const object = value as Json
  if (type === 'CodeableConcept') {
    const codings = Array.isArray(object.coding) ? (object.coding as Json[]) : []
    return { codings: codings.flatMap(codingOf), inferSystem: false, isAbsent: isAbsent(object) }
  }
  if (type === 'Coding') return { codings: codingOf(object), inferSystem: false, isAbsent: isAbsent(object) }
  if (!QUANTITIES.has(type)) return undefined
  return { codings: codingOf(without(object, 'display')), inferSystem: false, isAbsent: isAbsent(object) }
}

/** Types whose unit is what a binding is about. */
export const QUANTITIES: ReadonlySet<string> = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration'])

/** A Coding as it is asked about; none where it has no code. */
export function codingOf({ system, version, code, display }: Json): [AskedCoding] | [] {
  if (typeof code !== 'string') return []
  const coding: AskedCoding = { code }
  if (typeof system === 'string') coding.system = system
  if (typeof version === 'string') coding.version = version
  if (typeof display === 'string') coding.display = display
  return [coding]
}

function without(object: Json, name: string): Json {
  return { ...object, [name]: undefined }
}

function isAbsent({ extension }: Json): boolean {
  return Array.isArray(extension) && (extension as Json[]).some(({ url }) => url === ABSENT)
}

/** A coding as messages quote it. */
export function shownCoding({ system, code = '' }: AskedCoding): string {
  return system === undefined ? `'${beginningOf(code)}'` : `${beginningOf(system, 128)}#${beginningOf(code)}`
}
