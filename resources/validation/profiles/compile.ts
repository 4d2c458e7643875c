import type { ElementDefinition } from '@medplum/fhirtypes'
import type { Known, StructureDefinitionLike } from '../question.ts'
import { type BaseElements, baseElements } from './base.ts'
import { mostOf, slicingOf, snapshotOf, typesOf } from './element.ts'
import { Marks } from './marks.ts'
import type { ElementNode } from './node.ts'
import { rulesOf, saySomething } from './rules.ts'

/** A profile as it is checked. */
export interface CompiledProfile {
  structure: StructureDefinitionLike
  /** For messages: its canonical with its version. */
  canonical: string
  root: ElementNode
}

const compiledOnes = new WeakMap<StructureDefinitionLike, CompiledProfile | null>()

/**
 * A profile's elements as a tree, made once for each structure. Undefined while the definitions of the types that it is
 * made of are still to be found; null where the structure has no snapshot, or one without a root.
 */
export function compiledProfile(structure: StructureDefinitionLike, known: Known): CompiledProfile | null | undefined {
  const done = compiledOnes.get(structure)
  if (done !== undefined) return done
  const base = baseElements(structure, known)
  if (!base) return undefined
  const root = treeOf(snapshotOf(structure), base)
  const compiled = root ? { structure, canonical: canonicalOf(structure), root } : null
  compiledOnes.set(structure, compiled)
  return compiled
}

/** Canonical of a structure with its version, where it has one. */
export function canonicalOf(structure: StructureDefinitionLike): string {
  return structure.version ? `${structure.url}|${structure.version}` : structure.url
}

/** Elements stand in the order of the tree: an element's parent is the last one before it that is one step less deep. */
function treeOf(elements: readonly ElementDefinition[], base: BaseElements): ElementNode | undefined {
  const line: ElementNode[] = []
  const references: [ElementNode, string][] = []
  const byPath = new Map<string, ElementNode>()
  const marks = new Marks()
  for (const element of elements) {
    const steps = element.path.split('.')
    const parent = line[steps.length - 2]
    if (steps.length > 1 && !parent) continue
    const original = base.of(element)
    const node = nodeOf(element, parent, steps.at(-1)!, original)
    if (parent) place(node, parent)
    line.length = steps.length - 1
    line.push(node)
    if (!byPath.has(element.path)) byPath.set(element.path, node)
    if (element.contentReference?.startsWith('#')) references.push([node, element.contentReference.slice(1)])
    marks.add(node, parent, saysMore(node, original))
  }
  for (const [node, path] of references) node.sameAs = byPath.get(path)
  marks.settle()
  return line[0]
}

function nodeOf(
  element: ElementDefinition,
  parent: ElementNode | undefined,
  step: string,
  base: ElementDefinition | undefined,
): ElementNode {
  const name = parent ? step : ''
  const slice = element.sliceName
  return {
    id: element.id ?? (parent ? `${parent.id}.${name}${slice ? `:${slice}` : ''}` : step),
    name,
    sliceName: slice,
    min: element.min ?? 0,
    max: mostOf(element.max),
    mustSupport: element.mustSupport === true,
    types: parent ? typesOf(element) : [{ code: element.path, profiles: [], targets: [], aggregation: [] }],
    rules: rulesOf(element, base),
    children: [],
    slices: [],
    slicing: slicingOf(element),
    sameAs: undefined,
    telling: [],
    supported: [],
  }
}

function place(node: ElementNode, parent: ElementNode): void {
  const sliced = node.sliceName === undefined ? undefined : slicedBy(node, parent)
  if (sliced) {
    node.name = sliced.name
    sliced.slices.push(node)
  } else parent.children.push(node)
}

/** What an element is a slice of: the element of its name (of a choice, `value[x]`), or the slice before the `/` of its own. */
function slicedBy(node: ElementNode, parent: ElementNode): ElementNode | undefined {
  const { name } = node
  let sliced = parent.children.find(
    (child) => child.name === name || (child.name.endsWith('[x]') && name.startsWith(child.name.slice(0, -3))),
  )
  const steps = node.sliceName!.split('/')
  for (let depth = 1; depth < steps.length && sliced; depth++) {
    const around = steps.slice(0, depth).join('/')
    const { slicing }: ElementNode = sliced
    const slice = sliced.slices.find(({ sliceName }) => sliceName === around)
    // What does not say how it is sliced again is so by what it is a slice by.
    if (slice && slicing) slice.slicing ??= { ...slicing, rules: 'open', ordered: false }
    sliced = slice ?? sliced
  }
  return sliced
}

function saysMore(node: ElementNode, base: ElementDefinition | undefined): boolean {
  if (!base || saySomething(node.rules)) return true
  if (node.slicing && node.slicing.rules !== 'open') return true
  return node.min !== (base.min ?? 0) || node.max !== mostOf(base.max)
}
