import { beginningOf } from '../resources/beginning.ts'
import { dateRange } from '../resources/dates.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { UTC } from '../resources/zone.ts'
import type { Parameter, ValueTypes } from './parameter-table.ts'

type Type = keyof ValueTypes

/** Characters of a value that is no resource, at the most. */
const LONGEST = 100_000

const WITHOUT_TEXT: ReadonlySet<Type> = new Set<Type>(['base64Binary', 'Coding', 'CodeableConcept', 'Resource'])

/** The `value[x]` that each type may come as: what is written alike counts as the same. */
const MEMBERS: Readonly<Record<Exclude<Type, 'Resource' | 'any'>, readonly string[]>> = {
  uri: ['valueUri', 'valueUrl', 'valueCanonical', 'valueOid', 'valueUuid', 'valueString'],
  canonical: ['valueCanonical', 'valueUri', 'valueUrl', 'valueString'],
  code: ['valueCode', 'valueString', 'valueId', 'valueUri'],
  string: ['valueString', 'valueCode', 'valueMarkdown', 'valueId'],
  dateTime: ['valueDateTime', 'valueDate', 'valueInstant', 'valueString'],
  boolean: ['valueBoolean', 'valueString', 'valueCode'],
  integer: ['valueInteger', 'valuePositiveInt', 'valueUnsignedInt', 'valueString'],
  base64Binary: ['valueBase64Binary'],
  Coding: ['valueCoding'],
  CodeableConcept: ['valueCodeableConcept'],
}

/** The value of an entry of a Parameters of right structure. Throws `invalid` for one of another type. */
export function readValue(name: string, type: Type, entry: Readonly<Record<string, unknown>>): unknown {
  if (type === 'Resource') throw wrong(name, 'takes a resource')
  if (type === 'any') return anyOf(name, entry)
  const member = MEMBERS[type].find((one) => entry[one] !== undefined)
  if (member === undefined) throw wrong(name, `takes a ${MEMBERS[type][0]}`)
  const value = entry[member]
  if (type === 'base64Binary') return Buffer.from(String(value), 'base64')
  return typeof value === 'object' ? value : read(name, type, String(value))
}

function anyOf(name: string, entry: Readonly<Record<string, unknown>>): string | number | boolean {
  const [, value] = Object.entries(entry).find(([member]) => member.startsWith('value')) ?? []
  const own = typeof value === 'object' ? (value as { code?: unknown } | null)?.code : value
  if (typeof own === 'string' || typeof own === 'number' || typeof own === 'boolean') return own
  throw wrong(name, 'takes a value')
}

/** The value of a parameter in a query. Throws `invalid` for what has no text of its own. */
export function readText(name: string, parameter: Parameter, text: string): unknown {
  if ('parts' in parameter || WITHOUT_TEXT.has(parameter.type)) {
    throw wrong(name, 'goes into the body of a POST')
  }
  return read(name, parameter.type, text)
}

function read(name: string, type: Type, text: string): string | number | boolean {
  if (text.length > LONGEST) throw wrong(name, `has ${LONGEST} characters at the most`)
  switch (type) {
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw wrong(name, 'takes true or false')
      return text === 'true'
    case 'integer':
      if (!/^-?\d{1,9}$/.test(text)) throw wrong(name, 'takes a whole number')
      return Number(text)
    case 'code':
      if (!/^\S+( \S+)*$/.test(text)) throw wrong(name, 'takes a code')
      return text
    case 'uri':
    case 'canonical':
      if (/\s/.test(text)) throw wrong(name, 'takes a URI')
      return text
    case 'dateTime':
      if (!dateRange(text, UTC)) throw wrong(name, 'takes a date or an instant')
      return text
    default:
      return text
  }
}

/** The error for a parameter that is not as it must be. */
export function wrong(name: string, words: string): FhirError {
  return FhirError.of('invalid', `${beginningOf(name)} ${words}.`, { code: 'value' })
}
