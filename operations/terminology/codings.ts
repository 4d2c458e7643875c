import { FhirError } from '../../resources/fhir-error.ts'
import type { AskedCoding } from '../../resources/validation/question.ts'
import type { CodeableConcept, Coding } from '../parameter-table.ts'

/** Parameters of an answer, those without a value left out. */
export function parametersOf(parameter: readonly (object | undefined)[]): object {
  return { resourceType: 'Parameters', parameter: parameter.filter((one) => one !== undefined) }
}

/** A parameter, where it has a value: `valueOf('display', 'valueString', …)`. */
export function valued(name: string, member: string, value: unknown): object | undefined {
  return value === undefined || value === '' ? undefined : { name, [member]: value }
}

/** A parameter of parts. */
export function parted(name: string, part: readonly (object | undefined)[]): object {
  return { name, part: part.filter((one) => one !== undefined) }
}

/** A coding as it is asked about. */
export function askedCoding({ system, version, code, display }: Coding): AskedCoding {
  return {
    ...(system === undefined ? {} : { system }),
    ...(version === undefined ? {} : { version }),
    ...(code === undefined ? {} : { code }),
    ...(display === undefined ? {} : { display }),
  }
}

/** The ways in which R4's operations are given a code: exactly one of them. */
interface GivenCodes {
  code: string | undefined
  system?: string | undefined
  version?: string | undefined
  display?: string | undefined
  coding: Coding | undefined
  codeableConcept?: CodeableConcept | undefined
}

/** The codings that are asked about. Throws `invalid` unless they are given in one way. */
export function codingsOf(given: GivenCodes): AskedCoding[] {
  const { code, coding, codeableConcept } = given
  if ([code, coding, codeableConcept].filter((one) => one !== undefined).length !== 1) {
    const words = 'This operation takes one of code, coding and codeableConcept.'
    throw FhirError.of('invalid', words, { code: 'required' })
  }
  if (code !== undefined) return [askedCoding(given as Coding)]
  if (coding) return [askedCoding(coding)]
  const codings = (codeableConcept!.coding ?? []).map(askedCoding)
  if (codings.length > 0) return codings
  throw FhirError.of('invalid', 'The codeableConcept has no coding.', { code: 'required' })
}

/** The day of a date or an instant, its first one where it is a month or a year. */
export function dayOf(date: string | undefined): { day?: string } {
  if (date === undefined) return {}
  const [year, month = '01', day = '01'] = date.slice(0, 10).split('-')
  return { day: `${year}-${month}-${day}` }
}

/** Those entries of an object that have a value: what is absent is left out of a question. */
export function defined<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof defined<T>
  >
}
