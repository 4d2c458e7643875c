import type { Place } from '../place.ts'
import type { Known } from '../question.ts'
import type { Checking } from './checking.ts'
import { compiledProfile } from './compile.ts'
import type { Step } from './discriminator-path.ts'
import { childrenOf, type ElementNode } from './node.ts'
import { placesAt } from './places.ts'
import { coreType } from './reference.ts'
import { targetOf } from './target.ts'
import { isOfType } from './types.ts'

/** References that are followed from one discriminator to the next: profiles may lead in a circle. */
const MOST_REFERENCES = 3

/** The values at the end of a path; undefined where they are not known (yet). */
export function valuesAt(place: Place, steps: readonly Step[], checking: Checking): readonly Place[] | undefined {
  let places: readonly Place[] = [place]
  for (const step of steps) {
    const next = step.kind === 'resolve' ? resolved(places, checking) : places.flatMap((one) => after(one, step))
    if (!next) return undefined
    places = next
  }
  return places
}

function resolved(places: readonly Place[], checking: Checking): readonly Place[] | undefined {
  if (checking.depth > MOST_REFERENCES) return undefined
  const found: Place[] = []
  for (const place of places) {
    const target = targetOf(place, checking.run)
    if (target === undefined) return undefined
    if (target) found.push(target.place)
  }
  return found
}

function after(place: Place, step: Step): readonly Place[] {
  switch (step.kind) {
    case 'name': {
      const places = placesAt(place, step.name)
      return places.length > 0 ? places : placesAt(place, `${step.name}[x]`)
    }
    case 'ofType':
      return isOfType(place, step.type) ? [place] : []
    case 'extension':
      return placesAt(place, 'extension').filter((one) => (one.value as { url?: unknown }).url === step.url)
    case 'resolve':
      return []
  }
}

/** What a slice says at the end of a path: its elements, and the slices of these; undefined where it is not known (yet). */
export function nodesAt(slice: ElementNode, steps: readonly Step[], known: Known): readonly ElementNode[] | undefined {
  let nodes: readonly ElementNode[] = [slice]
  for (const step of steps) {
    const next: ElementNode[] = []
    for (const node of nodes) {
      const found = below(node, step, known)
      if (!found) return undefined
      next.push(...found)
    }
    nodes = next
  }
  return nodes
}

function below(node: ElementNode, step: Step, known: Known): readonly ElementNode[] | undefined {
  switch (step.kind) {
    case 'name':
      return members(node, known, (child) => isNamed(child, step.name))
    case 'ofType':
      return node.types.length === 0 || node.types.some(({ code }) => code === step.type) ? [node] : []
    case 'extension':
      return members(node, known, (child) => child.name === 'extension')?.filter(
        (child) => extensionUrl(child) === step.url,
      )
    case 'resolve':
      return targets(node, known)
  }
}

function isNamed(child: ElementNode, name: string): boolean {
  return child.name === name || child.name === `${name}[x]`
}

/** The children of an element that a test picks, and their slices: its own, else those of the profile on its type. */
function members(
  node: ElementNode,
  known: Known,
  picks: (child: ElementNode) => boolean,
): readonly ElementNode[] | undefined {
  const own = childrenOf(node).filter(picks)
  if (own.length > 0) return own.flatMap(withSlices)
  const found: ElementNode[] = []
  for (const profile of node.types.flatMap((type) => type.profiles)) {
    const root = rootOf(profile, known)
    if (root === undefined) return undefined
    if (root) found.push(...root.children.filter(picks).flatMap(withSlices))
  }
  return found
}

function withSlices(node: ElementNode): ElementNode[] {
  return [node, ...node.slices.flatMap(withSlices)]
}

/** The root of a profile; null where it is nowhere, undefined where it is not known yet. */
export function rootOf(profile: string, known: Known): ElementNode | null | undefined {
  const structure = known.structure(profile)
  const compiled = structure ? compiledProfile(structure, known) : structure
  return compiled ? compiled.root : compiled
}

function targets(node: ElementNode, known: Known): readonly ElementNode[] | undefined {
  const found: ElementNode[] = []
  for (const target of node.types.flatMap((type) => type.targets)) {
    const root = coreType(target) === undefined ? rootOf(target, known) : undefined
    if (root) found.push(root)
    else if (coreType(target) !== undefined) found.push(ofType(node, coreType(target)!))
    else if (root === undefined) return undefined
  }
  return found
}

function ofType(node: ElementNode, code: string): ElementNode {
  return {
    ...node,
    types: [{ code, profiles: [], targets: [], aggregation: [] }],
    rules: {},
    children: [],
    slices: [],
    sameAs: undefined,
  }
}

/** The url of the extensions in a slice: fixed in it, or that of the profile on its type. */
export function extensionUrl(slice: ElementNode): string | undefined {
  const child = slice.children.find(({ name }) => name === 'url')
  const given = child?.rules.fixed ?? child?.rules.pattern
  if (typeof given === 'string') return given
  return slice.types[0]?.profiles[0]?.split('|')[0]
}
