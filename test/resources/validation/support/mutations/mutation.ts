import { type Member, membersOf } from '../../../../../resources/definitions/definitions.ts'
import { expressionOf, type Place } from '../../../../../resources/validation/place.ts'
import { oneOf } from '../../../../support/random.ts'
import { eachPlace } from '../examples.ts'

export type Json = Record<string, unknown>

/** A way to spoil a resource: changes it, and answers the expressions of which one has to be told; undefined where it does not apply. */
export interface Mutation {
  (subject: Subject): string[] | undefined
  /** A type without which it does not apply. */
  needs?: string
}

/** A mutation that does not apply where there is nothing of a type. */
export function needing(needs: string, mutation: Mutation): Mutation {
  return Object.assign(mutation, { needs })
}

/** A resource to be spoiled, with what is in it. */
export class Subject {
  readonly resource: Json
  readonly random: () => number
  private found: Place[] | undefined

  constructor(resource: Json, random: () => number) {
    this.resource = resource
    this.random = random
  }

  /** All objects in it: of complex types, nested ones and resources. */
  get places(): readonly Place[] {
    if (!this.found) {
      const places: Place[] = []
      eachPlace(this.resource, (place) => {
        if (typeof place.value === 'object') places.push(place)
      })
      this.found = places
    }
    return this.found
  }

  /** One of the places that fit. */
  place(fits: (place: Place, value: Json) => boolean): { path: string; value: Json; place: Place } | undefined {
    const fitting = this.places.filter((place) => fits(place, place.value as Json))
    if (fitting.length === 0) return undefined
    const place = oneOf(fitting, this.random)
    return { path: expressionOf(place), value: place.value as Json, place }
  }

  /** One of the members that are there and fit. */
  member(fits: (member: Member, given: unknown, name: string, place: Place) => boolean): Given | undefined {
    const fitting: Given[] = []
    for (const place of this.places) {
      const value = place.value as Json
      for (const [name, member] of membersOf(place.type)) {
        const given = value[name]
        if (given === undefined || !fits(member, given, name, place)) continue
        fitting.push({ around: value, name, member, given, path: `${expressionOf(place)}.${name}` })
      }
    }
    return fitting.length === 0 ? undefined : oneOf(fitting, this.random)
  }

  /** One primitive of some of the types: in a list, one of its items. */
  primitive(...types: string[]): { set(value: unknown): string[]; value: unknown; path: string } | undefined {
    const given = this.member(
      ({ type, primitive }, value) =>
        primitive && types.includes(type) && !(Array.isArray(value) && value.includes(null)),
    )
    if (!given) return undefined
    const { around, name, path } = given
    if (!Array.isArray(given.given)) {
      return { path, value: given.given, set: (value) => assign(around, name, value, path) }
    }
    const list = given.given as unknown[]
    const at = Math.floor(this.random() * list.length)
    const itemPath = `${path}[${at}]`
    return {
      path: itemPath,
      value: list[at],
      set: (value) => {
        list[at] = value
        return [itemPath]
      },
    }
  }
}

export interface Given {
  around: Json
  name: string
  member: Member
  given: unknown
  path: string
}

export function assign(around: Json, name: string, value: unknown, path: string): string[] {
  around[name] = value
  return [path]
}

/** Removes a member with what is beside it. */
export function drop(around: Json, name: string): void {
  delete around[name]
  delete around[`_${name}`]
}
