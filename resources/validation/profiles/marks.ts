import { childrenOf, type ElementNode } from './node.ts'

/** Which elements of a tree have something to say, by themselves or by what is below them. */
export class Marks {
  private readonly parents = new Map<ElementNode, ElementNode | undefined>()
  private readonly own: ElementNode[] = []

  add(node: ElementNode, parent: ElementNode | undefined, telling: boolean): void {
    this.parents.set(node, parent)
    if (telling) this.own.push(node)
  }

  /** Sets `telling` and `supported` of all, once each refers to what it refers to. */
  settle(): void {
    const nodes = [...this.parents.keys()]
    const above = new Map<ElementNode, ElementNode[]>()
    const link = (below: ElementNode, node: ElementNode | undefined) => {
      if (node) above.set(below, [...(above.get(below) ?? []), node])
    }
    for (const node of nodes) {
      link(node, this.parents.get(node))
      if (node.sameAs) link(node.sameAs, node)
      for (const slice of node.slices) link(slice, node)
    }
    const telling = reached(this.own, above)
    const supported = reached(
      nodes.filter((node) => node.mustSupport),
      above,
    )
    for (const node of nodes) {
      node.telling = childrenOf(node).filter((child) => telling.has(child))
      node.supported = childrenOf(node).filter((child) => supported.has(child))
    }
  }
}

function reached(from: readonly ElementNode[], above: ReadonlyMap<ElementNode, ElementNode[]>): Set<ElementNode> {
  const found = new Set(from)
  for (const node of found) for (const next of above.get(node) ?? []) found.add(next)
  return found
}
