import { typeInside } from '../resources/contained.ts'
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

/**
 * A search for the resources of one type. With `#` in front of it (`insideName`), for those of the type that are contained
 * in others: their ids are those of `insideId`, their last update is their container's.
 */
export interface Search {
  type: string
  where: Expression
  restriction: Restriction
  /** Without keys the order is the store's own. */
  sort?: readonly SortKey[]
}

/** A resource that was found, its place in the order of the result, and what its text is kept by. */
export interface Found extends ResourceName {
  position: string
  /** Of its text. */
  bytes: number
  /** The searcher's own. */
  held: unknown
}

/** What stands around each text of a listing: in front of the resource's name, behind it, and behind the text. */
export interface Around {
  beforeName: string
  behindName: string
  behind: string
}

/** How a page is wanted. */
export interface Manner {
  backward?: boolean
  /** For its `text`. */
  around?: Around | undefined
}

/** Matches in order, and whether more follow. It ends early where their texts grow past what one answer should hold. */
export interface FoundPage {
  found: Found[]
  more: boolean
  /** What `joined` would give, where it was asked for and came at no cost; never of contained resources. */
  text?: Buffer
}

/** From some resources to others: what their reference leads to or, in reverse, what refers to them. */
export interface Link {
  reverse: boolean
  /** The type that has the reference, and its parameter; with `canonical` its canonicals are followed. */
  source: string
  param: string
  canonical?: true
  /** The types at the other end. */
  targets: readonly string[]
}

export interface ResourceName {
  type: string
  id: string
}

/** A version that is no deletion. */
export type LiveVersion = StoredVersion & { text: Buffer }

/** What finds resources by Expressions. Two adapters, one contract suite (`test/contract`). */
export interface Searcher {
  /**
   * `count` matches at the most, in the order asked for, from behind a position on; with `backward` the last ones in front
   * of it, and `more` tells of those in front of them.
   */
  find(search: Search, count: number, from?: string, manner?: Manner): Promise<FoundPage>
  /** The live version of a resource, where the restriction holds for it. */
  read(name: ResourceName, restriction: Restriction): Promise<LiveVersion | undefined>
  /** Ids of `count` matches at the most, without their texts. */
  ids(search: Search, count: number): Promise<string[]>
  count(search: Search): Promise<number>
  /** Types of which some resource contains one of `type`, or did: in alphabetical order, and never fewer than before. */
  containers(type: string): Promise<string[]>
  /** The versions that were found, one each, in their order; of a contained resource, its container's. */
  versions(found: readonly Found[]): Promise<LiveVersion[]>
  /** Their texts as one, each within what stands `around` it, with commas between them; empty where nothing was found. */
  joined(found: readonly Found[], around: Around): Promise<Buffer>
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

/**
 * What the caller may see of a type. Who may see a resource may see what it contains: of contained resources it is those
 * whose container may be seen, whatever is said of their own type.
 */
export function restrictionOf(restriction: Restriction, type: string): Expression {
  const { byType, others } = restriction
  if (typeInside(type) === undefined) return Object.hasOwn(byType, type) ? byType[type]! : others
  const isAll = [...Object.values(byType), others].every(({ kind }) => kind === 'all')
  return isAll ? others : { kind: 'within', byType, others }
}
