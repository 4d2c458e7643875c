import type { Concept } from './concept.ts'
import type { Condition } from './concept-source.ts'
import { matcherOf } from './pattern.ts'
import { valuesOf } from './properties.ts'

/** The tree of a code system that is in memory. */
export interface Tree {
  exact(code: string): string
  childCodes(code: string): readonly string[]
  ancestors(code: string, day: string): ReadonlySet<string>
}

/** Those of some concepts that meet conditions. */
export type Selecting = (concepts: readonly Concept[]) => readonly Concept[]

/** What picks those that meet all conditions. What follows from the tree is worked out once. */
export function predicateOf(tree: Tree, conditions: readonly Condition[], day: string): Selecting {
  const each = conditions.map((condition) => selecting(tree, condition, day))
  return (concepts) => each.reduce((left, select) => select(left), concepts)
}

function selecting(tree: Tree, condition: Condition, day: string): Selecting {
  switch (condition.op) {
    case 'regex': {
      const matcher = matcherOf(condition.pattern)
      return (concepts) => matching(tree, concepts, condition.property, matcher)
    }
    case 'none-of': {
      const each = condition.each.map((conditions) => predicateOf(tree, conditions, day))
      return (concepts) => each.reduce((left, select) => without(left, select(left)), concepts)
    }
    default: {
      const test = testOf(tree, condition, day)
      return (concepts) => concepts.filter(test)
    }
  }
}

function without(concepts: readonly Concept[], others: readonly Concept[]): readonly Concept[] {
  const left = new Set(others)
  return concepts.filter((concept) => !left.has(concept))
}

function matching(
  tree: Tree,
  concepts: readonly Concept[],
  property: string,
  matcher: (texts: readonly string[]) => boolean[],
): readonly Concept[] {
  const pairs = concepts.flatMap((concept) => valuesIn(tree, concept, property).map((value) => ({ concept, value })))
  const right = matcher(pairs.map(({ value }) => value))
  const found = new Set(pairs.filter((_, at) => right[at]).map(({ concept }) => concept))
  return concepts.filter((concept) => found.has(concept))
}

function testOf(
  tree: Tree,
  condition: Exclude<Condition, { op: 'regex' | 'none-of' }>,
  day: string,
): (concept: Concept) => boolean {
  switch (condition.op) {
    case '=':
      return (concept) => valuesIn(tree, concept, condition.property).includes(condition.value)
    case 'in':
    case 'not-in': {
      const values = new Set(condition.values)
      const wanted = condition.op === 'in'
      return (concept) => valuesIn(tree, concept, condition.property).some((value) => values.has(value)) === wanted
    }
    case 'exists':
      return (concept) => valuesIn(tree, concept, condition.property).length > 0 === condition.exists
    case 'codes': {
      const codes = new Set(condition.codes.map((code) => tree.exact(code)))
      return (concept) => codes.has(concept.code)
    }
    default:
      return byPlace(tree, condition.op, tree.exact(condition.code), day)
  }
}

function byPlace(
  tree: Tree,
  op: 'is-a' | 'descendent-of' | 'is-not-a' | 'generalizes' | 'child-of',
  code: string,
  day: string,
): (concept: Concept) => boolean {
  if (op === 'child-of') return (concept) => concept.parents?.includes(code) === true
  if (op === 'generalizes') {
    const above = tree.ancestors(code, day)
    return (concept) => concept.code === code || above.has(concept.code)
  }
  const below = descendants(tree, code)
  if (op === 'descendent-of') return (concept) => below.has(concept.code)
  const wanted = op === 'is-a'
  return (concept) => (concept.code === code || below.has(concept.code)) === wanted
}

/** All codes below a code, without itself. */
function descendants(tree: Tree, code: string): ReadonlySet<string> {
  const found = new Set<string>()
  const queue = [code]
  for (const next of queue) {
    for (const child of tree.childCodes(next)) {
      if (found.has(child)) continue
      found.add(child)
      queue.push(child)
    }
  }
  found.delete(code)
  return found
}

function valuesIn(tree: Tree, concept: Concept, property: string): readonly string[] {
  return property === 'child' ? tree.childCodes(concept.code) : valuesOf(concept, property)
}
