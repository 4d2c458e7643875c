import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Draw } from './draw.ts'

/** A home: who lives there shares it. */
export interface Home {
  house: number
  street: string
  city: string
  postalCode: string
  phone: string
}

/** Somebody of the town. */
export interface Person {
  family: string
  given: string
  gender: 'female' | 'male'
  birthDate: string
  home: Home
  mobile: string
}

interface Names {
  surnames: string[]
  rareBeginnings: string[]
  rareEndings: string[]
  given: Record<Person['gender'], string[]>
  streets: string[]
  ways: string[]
  towns: [string, string][]
}

const NAMES: Names = JSON.parse(readFileSync(join(import.meta.dirname, 'names.json'), 'utf8'))

/** Share of people whose surname is a usual one. */
const USUAL = 0.65

/** A surname: a usual one, or one of 900 rare ones. */
export function surname(draw: Draw): string {
  return draw.chance(USUAL) ? draw.frequent(NAMES.surnames) : rareSurname(draw)
}

export function rareSurname(draw: Draw): string {
  return draw.pick(NAMES.rareBeginnings) + draw.pick(NAMES.rareEndings)
}

export function home(draw: Draw): Home {
  const [city, postalCode] = draw.frequent(NAMES.towns)
  return {
    house: draw.integer(1, 180),
    street: `${draw.pick(NAMES.streets)} ${draw.pick(NAMES.ways)}`,
    city,
    postalCode,
    phone: phone(draw),
  }
}

/** Somebody at a home, with a surname, born between two years. */
export function person(draw: Draw, family: string, at: Home, [first, last]: readonly [number, number]): Person {
  const gender = draw.pick(['female', 'male'] as const)
  const two = (value: number) => String(value).padStart(2, '0')
  return {
    family,
    given: draw.pick(NAMES.given[gender]),
    gender,
    birthDate: `${draw.integer(first, last)}-${two(draw.integer(1, 12))}-${two(draw.integer(1, 28))}`,
    home: at,
    mobile: phone(draw),
  }
}

function phone(draw: Draw): string {
  return `+1-555-${draw.integer(200, 999)}-${String(draw.integer(0, 9999)).padStart(4, '0')}`
}
