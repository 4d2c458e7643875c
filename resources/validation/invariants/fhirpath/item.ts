import { type Member, membersOf, typeTable } from '../../../definitions/definitions.ts'
import type { Place, Run } from '../../place.ts'
import { Unanswered } from './syntax.ts'

/** One value of a collection: of the resource, by its FHIR type, or of FHIRPath's own (`System.String`). Places are such as well. */
export interface Item {
  readonly value: unknown
  /** Of a primitive of the resource, what is beside it under `_name`. */
  readonly sibling: Readonly<Record<string, unknown>> | undefined
  readonly type: string
}

export type Items = readonly Item[]

export const NONE: Items = []

/** Most steps of one evaluation: far more than any resource of sane size asks for. */
const MOST_STEPS = 5_000_000

/** One evaluation of an expression. */
export class Evaluation {
  readonly place: Place
  readonly run: Run
  /** `$index` of the innermost function that goes through a collection. */
  index: number | undefined
  /** Steps that were taken so far. */
  steps = 0

  constructor(place: Place, run: Run) {
    this.place = place
    this.run = run
  }

  /** Counts what is done, so that an expression that goes through all with all comes to an end. */
  spend(steps: number): void {
    this.steps += steps
    if (this.steps > MOST_STEPS) throw new Unanswered('takes too long')
  }
}

/** A member by its name in an expression: where it is in the JSON of a type. */
interface Access {
  key: string
  beside: string | undefined
  member: Member
}

const accesses = new Map<string, Map<string, readonly Access[]>>()

/** Where members of that name may be in the JSON of a type: one, or those of a choice (`value`). */
function accessesOf(type: string, name: string): readonly Access[] {
  let ofType = accesses.get(type)
  if (!ofType) {
    ofType = new Map()
    accesses.set(type, ofType)
  }
  let access = ofType.get(name)
  if (!access) {
    access = findAccesses(type, name)
    // Names come from expressions of users as well.
    if (ofType.size < 500) ofType.set(name, access)
  }
  return access
}

function findAccesses(type: string, name: string): readonly Access[] {
  const members = membersOf(tableNameOf(type))
  const plain = members.get(name)
  const found: [string, Member][] = plain ? [[name, plain]] : [...members].filter(([, of]) => of.name === `${name}[x]`)
  return found.map(([key, member]) => ({ key, beside: member.primitive ? `_${key}` : undefined, member }))
}

/** What a primitive has besides its value, any element has. */
function tableNameOf(type: string): string {
  const table = typeTable(type)
  return table && table.kind !== 'primitive' ? type : 'Element'
}

/** The object that the members of an item are in. */
function objectOf(item: Item): Readonly<Record<string, unknown>> | undefined {
  const { value } = item
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : item.sibling
}

/** A step to members of a name. */
export class Step {
  private readonly name: string
  private type = ''
  private accesses: readonly Access[] = []

  constructor(name: string) {
    this.name = name
  }

  /** Whether there is a member of that name. */
  any(items: Items): boolean {
    for (const item of items) {
      const object = objectOf(item)
      if (!object) continue
      for (const { key, beside } of this.of(item.type)) {
        if (object[key] !== undefined || (beside !== undefined && object[beside] !== undefined)) return true
      }
    }
    return false
  }

  /** The members of that name, of all items. */
  go(items: Items, evaluation: Evaluation): Items {
    const found: Item[] = []
    for (const item of items) {
      const object = objectOf(item)
      if (!object) continue
      for (const { key, beside, member } of this.of(item.type)) {
        pushMembers(found, object[key], beside === undefined ? undefined : object[beside], member)
      }
    }
    evaluation.spend(found.length)
    return found
  }

  /** Items of one collection are mostly of one type. */
  private of(type: string): readonly Access[] {
    if (type !== this.type) {
      this.accesses = accessesOf(type, this.name)
      this.type = type
    }
    return this.accesses
  }
}

function pushMembers(found: Item[], given: unknown, beside: unknown, member: Member): void {
  if (given === undefined && beside === undefined) return
  if (!Array.isArray(given) && !Array.isArray(beside)) {
    found.push(itemOf(given, beside, member))
    return
  }
  const values = (given ?? []) as unknown[]
  const siblings = (beside ?? []) as unknown[]
  const length = Math.max(values.length, siblings.length)
  for (let at = 0; at < length; at++) found.push(itemOf(values[at] ?? undefined, siblings[at] ?? undefined, member))
}

function itemOf(value: unknown, beside: unknown, member: Member): Item {
  const type = member.type === 'Resource' ? String((value as { resourceType?: unknown }).resourceType) : member.type
  return { value, sibling: beside as Item['sibling'], type }
}

/** All that is directly in items (`children()`). */
export function childrenOf(items: Items, evaluation: Evaluation): Items {
  const found: Item[] = []
  for (const item of items) {
    const object = objectOf(item)
    if (!object || item.type.startsWith('System.')) continue
    const members = membersOf(tableNameOf(item.type))
    for (const key in object) {
      const isBeside = key.startsWith('_')
      const name = isBeside ? key.slice(1) : key
      const member = members.get(name)
      // What is beside a value comes with it.
      if (!member || (isBeside && object[name] !== undefined)) continue
      pushMembers(found, object[name], member.primitive ? object[`_${name}`] : undefined, member)
    }
  }
  evaluation.spend(found.length)
  return found
}

/** All that is in items at any depth (`descendants()`). */
export function descendantsOf(items: Items, evaluation: Evaluation): Items {
  const found: Item[] = []
  for (let level = childrenOf(items, evaluation); level.length > 0; level = childrenOf(level, evaluation)) {
    for (const item of level) found.push(item)
  }
  return found
}

/** Whether an item has a value of a primitive type. */
export function hasPrimitiveValue({ value }: Item): boolean {
  return value !== undefined && value !== null && typeof value !== 'object'
}

export function stringItem(value: string): Item {
  return { value, sibling: undefined, type: 'System.String' }
}

export function numberItem(value: number, isWhole: boolean): Item {
  return { value, sibling: undefined, type: isWhole ? 'System.Integer' : 'System.Decimal' }
}

const TRUE: Items = [{ value: true, sibling: undefined, type: 'System.Boolean' }]
const FALSE: Items = [{ value: false, sibling: undefined, type: 'System.Boolean' }]

/** A truth as a collection; one that is not known is empty. */
export function booleanItems(truth: boolean | undefined): Items {
  return truth === undefined ? NONE : truth ? TRUE : FALSE
}

/** The value of a collection of at most one; undefined for none. Throws where there are several. */
export function singleOf(items: Items): unknown {
  if (items.length > 1) throw new Unanswered('several values where one is asked for')
  return items[0]?.value ?? undefined
}

/** A collection as a truth: a single value that is no boolean counts as true (FHIRPath, "Singleton Evaluation"). */
export function truthOf(items: Items): boolean | undefined {
  const value = singleOf(items)
  return value === undefined || typeof value === 'boolean' ? value : true
}

/** A collection as a text; undefined for none. Throws where it is something else. */
export function textOf(items: Items): string | undefined {
  const value = singleOf(items)
  if (value !== undefined && typeof value !== 'string') throw new Unanswered('no text where one is asked for')
  return value
}
