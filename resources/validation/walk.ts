import { type Member, membersOf, typeTable } from '../definitions/definitions.ts'
import { Pace } from '../pace.ts'
import type { Check, Layer, Place, Run } from './place.ts'

/** What is done at the places of a type, made when the type is first met. */
interface Plan {
  checks: readonly Check[]
  /** Of a primitive that has something beside it. */
  besideChecks: readonly Check[]
  members: ReadonlyMap<string, Member>
}

/** Goes through a body of right structure once, and has each layer check each place, what is around it before what is in it. */
export class Walk {
  private readonly layers: readonly Layer[]
  private readonly plans = new Map<string, Plan>()

  constructor(layers: readonly Layer[]) {
    this.layers = layers
  }

  /** Checks a place and all below it. */
  go(place: Place, run: Run): void {
    this.visit(place, this.plan(place.type), run)
  }

  private visit(place: Place, { checks, besideChecks, members }: Plan, run: Run): void {
    for (const check of checks) check(place, run)
    const { value, sibling } = place
    if (typeof value === 'object' && value !== null) {
      this.below(place, value as Readonly<Record<string, unknown>>, members, run)
    } else if (sibling) {
      for (const check of besideChecks) check(place, run)
      this.below(place, sibling, membersOf('Element'), run)
    }
  }

  /** As `go`; what is large gives way to others on the way. */
  async goPaced(place: Place, run: Run, pace = new Pace()): Promise<void> {
    if (!isLarge(place.value)) {
      this.go(place, run)
      if (pace.due) await pace.rest()
      return
    }
    const { checks, members } = this.plan(place.type)
    for (const check of checks) {
      check(place, run)
      if (pace.due) await pace.rest()
    }
    for (const [name, member] of membersIn(place.value as object, members)) {
      if (member.primitive) this.member(place, name, member, place.value as Plain, run)
      else for (const below of placesOf(place, name, member)) await this.goPaced(below, run, pace)
    }
  }

  private below(around: Place, value: Readonly<Record<string, unknown>>, members: Plan['members'], run: Run): void {
    for (const key in value) {
      const member = members.get(key)
      if (member) this.member(around, key, member, value, run)
      else if (key.charCodeAt(0) === UNDERSCORE) {
        const name = key.slice(1)
        const beside = members.get(name)
        if (beside && value[name] === undefined) this.member(around, name, beside, value, run)
      }
    }
  }

  private member(
    around: Place,
    name: string,
    member: Member,
    object: Readonly<Record<string, unknown>>,
    run: Run,
  ): void {
    if (member.primitive) {
      const plan = this.plan(member.type)
      // Most primitives have nothing to be checked, and are many.
      if (plan.checks.length === 0 && object[`_${name}`] === undefined) return
    }
    const given = object[name]
    if (!member.primitive && !Array.isArray(given)) {
      this.go(placeOf(around, name, member, undefined, given, undefined), run)
    } else for (const place of placesOf(around, name, member, object)) this.go(place, run)
  }

  private plan(type: string): Plan {
    let plan = this.plans.get(type)
    if (!plan) {
      const checks = this.layers.map((layer) => layer.checkOf(type)).filter((check) => check !== undefined)
      const besideChecks = this.layers.map(({ besideCheck }) => besideCheck).filter((check) => check !== undefined)
      plan = { checks, besideChecks, members: typeTable(type) ? membersOf(type) : new Map() }
      this.plans.set(type, plan)
    }
    return plan
  }
}

const UNDERSCORE = 0x5f

type Plain = Readonly<Record<string, unknown>>

/** The members of an object, in its order; a primitive that has something beside it alone is one, too. */
function* membersIn(value: object, members: Plan['members']): Generator<[name: string, member: Member]> {
  for (const key in value) {
    const member = members.get(key)
    if (member) yield [key, member]
    else if (key.charCodeAt(0) === UNDERSCORE) {
      const name = key.slice(1)
      const beside = members.get(name)
      if (beside && (value as Plain)[name] === undefined) yield [name, beside]
    }
  }
}

/** Values from which on a part of a body gives way to others within it. */
const LARGE = 2_000

function isLarge(value: unknown): boolean {
  return valuesLeft(value, LARGE) < 0
}

/** What is left of a number when the values in a value are taken from it; it stops counting below 0. */
function valuesLeft(value: unknown, most: number): number {
  let left = most - 1
  if (typeof value !== 'object' || value === null) return left
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && left >= 0; at++) left = valuesLeft(value[at], left)
    return left
  }
  for (const name in value) {
    if (left < 0) return left
    left = valuesLeft((value as Plain)[name], left)
  }
  return left
}

/** All places are of one shape in memory: they are made and read by the thousand. */
class Spot implements Place {
  readonly parent: Place | undefined
  readonly name: string
  readonly index: number | undefined
  readonly value: unknown
  readonly sibling: Readonly<Record<string, unknown>> | undefined
  readonly type: string
  readonly resource: Place

  constructor(
    parent: Place | undefined,
    name: string,
    index: number | undefined,
    value: unknown,
    sibling: Place['sibling'],
    type: string,
    isResource: boolean,
  ) {
    this.parent = parent
    this.name = name
    this.index = index
    this.value = value
    this.sibling = sibling
    this.type = type
    this.resource = parent && !isResource ? parent.resource : this
  }
}

/** The body as a place. */
export function bodyPlace(value: Readonly<Record<string, unknown>>): Place {
  return new Spot(undefined, '', undefined, value, undefined, String(value.resourceType), true)
}

/** The places of a member of an object: each item of a list, a primitive with what is beside it. */
export function placesOf(
  around: Place,
  name: string,
  member: Member,
  object: Readonly<Record<string, unknown>> = around.value as Record<string, unknown>,
): Place[] {
  const given = object[name]
  const beside = member.primitive ? object[`_${name}`] : undefined
  if (!Array.isArray(given) && !Array.isArray(beside)) return [placeOf(around, name, member, undefined, given, beside)]
  const values = (given ?? []) as unknown[]
  const siblings = (beside ?? []) as unknown[]
  const places: Place[] = []
  for (let at = 0; at < Math.max(values.length, siblings.length); at++) {
    places.push(placeOf(around, name, member, at, values[at] ?? undefined, siblings[at] ?? undefined))
  }
  return places
}

/** The places of a member by its name in JSON; none where it is not there, or the type has no such member. */
export function placesOfMember(around: Place, name: string): Place[] {
  const object = around.value as Readonly<Record<string, unknown>>
  const member = membersOf(around.type).get(name)
  const isThere = object[name] !== undefined || object[`_${name}`] !== undefined
  return member && isThere ? placesOf(around, name, member) : []
}

function placeOf(
  around: Place,
  name: string,
  member: Member,
  index: number | undefined,
  value: unknown,
  beside: unknown,
): Place {
  const isResource = member.type === 'Resource'
  const type = isResource ? String((value as { resourceType?: unknown }).resourceType) : member.type
  const sibling = beside as Place['sibling']
  return new Spot(around, name, index, value, sibling, type, isResource)
}
