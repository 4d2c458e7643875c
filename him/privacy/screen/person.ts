import type { Patient, Practitioner } from '@medplum/fhirtypes'
import { fold } from '../../../resources/fold.ts'

/** What tells that two resources are about one person, or about persons who live together. All of it is folded. */
export interface PersonFacts {
  surnames: readonly string[]
  /** Surname, given name and date of birth, as one. */
  names: readonly string[]
  /** `system|value` of identifiers. */
  identifiers: readonly string[]
  homes: readonly Home[]
  /** The last ten digits. */
  phones: readonly string[]
}

export interface Home {
  /** All of the address that tells a home: `12 elm street|80401` */
  whole: string
  /** The street in its area, and the number of the house; absent where the line does not begin with one. */
  street?: string
  house?: number
}

const DIGITS = 10

/** What a Patient or Practitioner tells of the person. */
export function personFacts({
  name = [],
  identifier = [],
  address = [],
  telecom = [],
  birthDate,
}: Patient | Practitioner): PersonFacts {
  const surnames = name.flatMap(({ family }) => (family ? [words(family)] : []))
  const names = name.flatMap(({ family, given = [] }) =>
    family && given[0] && birthDate ? [`${words(family)}|${words(given[0])}|${birthDate}`] : [],
  )
  return {
    surnames: distinct(surnames),
    names: distinct(names),
    identifiers: identifier.flatMap(({ system, value }) => (system && value ? [`${system}|${value}`] : [])),
    homes: address.filter(({ use }) => use !== 'work' && use !== 'old').flatMap((one) => homeOf(one) ?? []),
    phones: distinct(telecom.filter(isOwnPhone).flatMap(({ value = '' }) => phoneOf(value) ?? [])),
  }
}

/** Whether both are the same person: by an identifier, or by name and date of birth. */
export function isSamePerson(one: PersonFacts, other: PersonFacts): boolean {
  return shares(one.identifiers, other.identifiers) || shares(one.names, other.names)
}

export function shares(one: readonly string[], other: readonly string[]): boolean {
  return one.some((value) => other.includes(value))
}

function homeOf({ line = [], city = '', postalCode = '' }: NonNullable<Patient['address']>[number]): Home | undefined {
  const first = words(line[0] ?? '')
  const area = words(postalCode) || words(city)
  // Without a street, or without where that is, many would seem to live together.
  if (first === '' || area === '') return undefined
  const whole = `${words(line.join(' '))}|${area}`
  const numbered = /^(\d{1,6})[a-z]? (.+)$/.exec(first)
  return numbered ? { whole, house: Number(numbered[1]), street: `${numbered[2]}|${area}` } : { whole }
}

function isOwnPhone({ system, use }: NonNullable<Patient['telecom']>[number]): boolean {
  return (system === 'phone' || system === 'sms') && use !== 'work' && use !== 'old'
}

function phoneOf(value: string): string | undefined {
  const digits = value.replace(/\D/g, '')
  return digits.length < 7 ? undefined : digits.slice(-DIGITS)
}

/** Letters and digits, with one space between words. */
function words(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)]
}
