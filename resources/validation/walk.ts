import { type Member, membersOf, typeTable } from '../definitions/definitions.ts'
import type { Check, Layer, Place, Run } from './place.ts'

/** What is done at the places of a type, made when the type is first met. */
interface Plan {
  checks: Check[]
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
    const { checks, members } = this.plan(place.type)
    for (const check of checks) check(place, run)
    const { value } = place
    if (typeof value === 'object' && value !== null) this.below(place, value as Record<string, unknown>, members, run)
    else if (place.sibling) this.below(place, place.sibling, membersOf('Element'), run)
  }

  private below(around: Place, value: Readonly<Record<string, unknown>>, members: Plan['members'], run: Run): void {
    for (const key in value) {
      const besideAlone = key.startsWith('_') && value[key.slice(1)] === undefined
      const name = besideAlone ? key.slice(1) : key
      const member = members.get(name)
      if (!member || (key.startsWith('_') && !besideAlone)) continue
      for (const place of placesOf(around, name, member, value)) this.go(place, run)
    }
  }

  private plan(type: string): Plan {
    let plan = this.plans.get(type)
    if (!plan) {
      const checks = this.layers.map((layer) => layer.checkOf(type)).filter((check) => check !== undefined)
      plan = { checks, members: typeTable(type) ? membersOf(type) : new Map() }
      this.plans.set(type, plan)
    }
    return plan
  }
}

/** The body as a place. */
export function bodyPlace(value: Readonly<Record<string, unknown>>): Place {
  const place = {
    parent: undefined,
    name: '',
    index: undefined,
    value,
    sibling: undefined,
    type: String(value.resourceType),
  }
  return Object.assign(place, { resource: place as unknown as Place })
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
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, at) =>
    placeOf(around, name, member, at, values[at] ?? undefined, siblings[at] ?? undefined),
  )
}

function placeOf(
  around: Place,
  name: string,
  member: Member,
  index: number | undefined,
  value: unknown,
  beside: unknown,
): Place {
  const sibling = beside as Record<string, unknown> | undefined
  if (member.type !== 'Resource')
    return { parent: around, name, index, value, sibling, type: member.type, resource: around.resource }
  const type = String((value as { resourceType?: unknown }).resourceType)
  const place = { parent: around, name, index, value, sibling: undefined, type }
  return Object.assign(place, { resource: place as unknown as Place })
}
