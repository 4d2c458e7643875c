import { FhirError } from '../../fhir-error.ts'

/** Numbers of nodes and their links: `parents[n]` are nodes right above n, the first of which has it in its branch of the walk. */
export interface Links {
  /** How many records each node has; what is named as a parent alone has none. */
  records: readonly number[]
  parents: readonly (readonly number[])[]
}

/** Where nodes are in a walk through the hierarchy. */
export interface Walk {
  /** By node: its first place, and the place behind all that is in its branch. */
  place: Uint32Array
  end: Uint32Array
  /** Stretches of places below a node that are not in its branch: first, behind the last, ascending. */
  more: Map<number, number[]>
  children: readonly (readonly number[])[]
}

/** Stretches of all nodes together, past which a hierarchy is refused. */
const MOST_STRETCHES = 20_000_000

/**
 * Gives nodes places, each record one, so that what is below a node is one stretch of places, and some more where concepts have
 * several parents. Gives the number of a node that is in a circle where there is one. Throws `unprocessable` for what is too tangled.
 */
export function walkOf(links: Links): Walk | { circle: number } {
  const children = childrenOf(links)
  const order = fromTheTop(links, children)
  if (typeof order === 'number') return { circle: order }
  const walk = { ...placesOf(links, children, order), more: new Map<number, number[]>(), children }
  let stretches = 0
  for (let at = order.length - 1; at >= 0; at--) {
    const more = moreOf(order[at]!, links, walk)
    if (more.length === 0) continue
    walk.more.set(order[at]!, more)
    stretches += more.length / 2
    if (stretches > MOST_STRETCHES) {
      throw FhirError.of('unprocessable', 'The hierarchy of the code system is too tangled to be kept.', {
        code: 'too-costly',
      })
    }
  }
  return walk
}

function childrenOf({ records, parents }: Links): number[][] {
  const children: number[][] = records.map(() => [])
  for (const [node, own] of parents.entries()) for (const parent of own) children[parent]!.push(node)
  return children
}

/** All nodes, parents before children; or one that is in a circle, or below one. */
function fromTheTop({ parents }: Links, children: readonly number[][]): number[] | number {
  const waiting = parents.map((own) => own.length)
  const order: number[] = []
  for (const [node, count] of waiting.entries()) if (count === 0) order.push(node)
  for (let at = 0; at < order.length; at++) {
    for (const child of children[order[at]!]!) if (--waiting[child]! === 0) order.push(child)
  }
  return order.length === parents.length ? order : waiting.findIndex((count) => count > 0)
}

/** The parent in whose branch a node is. */
function trunkOf(node: number, { parents }: Links): number | undefined {
  return parents[node]![0]
}

function placesOf(links: Links, children: readonly number[][], order: readonly number[]) {
  const size = Uint32Array.from(links.records)
  for (let at = order.length - 1; at >= 0; at--) {
    const trunk = trunkOf(order[at]!, links)
    if (trunk !== undefined) size[trunk]! += size[order[at]!]!
  }
  const place = new Uint32Array(size.length)
  const end = new Uint32Array(size.length)
  let next = 0
  const put = (node: number, first: number) => {
    place[node] = first
    end[node] = first + size[node]!
    return end[node]!
  }
  for (let node = 0; node < size.length; node++) if (trunkOf(node, links) === undefined) next = put(node, next)
  // Parents come first in the order, so that a node's place is known when its children are put.
  for (const node of order) {
    let first = place[node]! + links.records[node]!
    for (const child of children[node]!) if (trunkOf(child, links) === node) first = put(child, first)
  }
  return { place, end }
}

/** What is below a node and not in its branch: the branches of children that are in another, and what is more below any child. */
function moreOf(node: number, links: Links, { place, end, more, children }: Walk): number[] {
  const stretches: [number, number][] = []
  for (const child of children[node]!) {
    if (trunkOf(child, links) !== node) stretches.push([place[child]!, end[child]!])
    const own = more.get(child) ?? []
    for (let at = 0; at < own.length; at += 2) stretches.push([own[at]!, own[at + 1]!])
  }
  const merged: number[] = []
  for (const [first, last] of stretches.sort(([one], [other]) => one - other)) {
    if (first >= place[node]! && last <= end[node]!) continue
    if (merged.length > 0 && first <= merged.at(-1)!) merged[merged.length - 1] = Math.max(merged.at(-1)!, last)
    else merged.push(first, last)
  }
  return merged
}
