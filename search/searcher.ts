import type { Selection, StoredVersion } from '../resources/store/port.ts'
import type { Expression } from './expression.ts'
import type { SortKey } from './sort.ts'

/**
 * What a caller may see, as an Expression by resource type; types not named are under `others`. Plain data, so that it
 * can cross to another thread. A search takes it as a required argument and puts it to every type it touches.
 */
export interface Restriction {
  byType: Readonly<Record<string, Expression>>
  others: Expression
}

/** A search for the resources of one type. */
export interface Search {
  type: string
  where: Expression
  restriction: Restriction
  /** Without keys the order is the store's own. */
  sort?: readonly SortKey[]
}

/** A resource that was found, and its place in the order of the result. */
export interface Found extends StoredVersion {
  text: Buffer
  position: string
}

/** Matches in order, and whether more follow. It ends early where its texts grow past what one answer should hold. */
export interface FoundPage {
  found: Found[]
  more: boolean
}

/** From some resources to others: what their reference leads to or, in reverse, what refers to them. */
export interface Link {
  reverse: boolean
  /** The type that has the reference, and its parameter. */
  source: string
  param: string
  /** The types at the other end. */
  targets: readonly string[]
}

export interface ResourceName {
  type: string
  id: string
}

/** What finds resources by Expressions. Two adapters, one contract suite (`test/contract`). */
export interface Searcher {
  /** `count` matches at the most, in the order asked for, from behind `after` (a position) on. */
  find(search: Search, count: number, after?: string): Promise<FoundPage>
  /** Ids of `count` matches at the most, without their texts. */
  ids(search: Search, count: number): Promise<string[]>
  count(search: Search): Promise<number>
  /** What links lead to from these resources, each once, `count` at the most; of it what the caller may see. */
  linked(
    from: readonly ResourceName[],
    links: readonly Link[],
    restriction: Restriction,
    count: number,
  ): Promise<FoundPage>
  /** How a search would be made, for people: steps of the plan, and how many resources its driver gives. */
  explain(search: Search): Promise<string[]>
  /** The search as something that a commit of the store beside it can repeat. */
  selection(search: Search): Selection
}

/** What the caller may see of a type. */
export function restrictionOf(restriction: Restriction, type: string): Expression {
  return Object.hasOwn(restriction.byType, type) ? restriction.byType[type]! : restriction.others
}
