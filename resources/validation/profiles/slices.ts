import type { Place } from '../place.ts'
import { type Checking, isBearable, type Others } from './checking.ts'
import { meets } from './discriminator.ts'
import { extensionUrl } from './discriminator-ends.ts'
import type { ElementNode, Slicing } from './node.ts'
import { isOfType } from './types.ts'

/** The values of an element, told apart by its slices. */
export interface Sliced {
  /** The values in each slice. */
  slices: ReadonlyMap<ElementNode, Place[]>
  /** The slice of each value; undefined for none, null where it is not known. */
  sliceOf: readonly (ElementNode | undefined | null)[]
}

/** Slice that takes what no other one does. */
const DEFAULT = '@default'

/** Puts each value of an element in the first of its slices that it is of. */
export function slice(places: readonly Place[], node: ElementNode, checking: Checking, others: Others): Sliced {
  const slices = new Map<ElementNode, Place[]>(node.slices.map((one) => [one, []]))
  const fallback = node.slices.find(({ sliceName }) => sliceName?.endsWith(DEFAULT))
  const sliceOf = places.map((place) => {
    const found = sliceFor(place, node, fallback, checking, others)
    if (found) slices.get(found)!.push(place)
    return found
  })
  return { slices, sliceOf }
}

function sliceFor(
  place: Place,
  node: ElementNode,
  fallback: ElementNode | undefined,
  checking: Checking,
  others: Others,
): ElementNode | undefined | null {
  let unknown = false
  for (const one of node.slices) {
    if (one === fallback) continue
    if (!isBearable(place, checking)) return null
    const met = isIn(place, one, node, checking, others)
    if (met) return one
    if (met === undefined) unknown = true
  }
  return unknown ? null : fallback
}

function isIn(
  place: Place,
  one: ElementNode,
  node: ElementNode,
  checking: Checking,
  others: Others,
): boolean | undefined {
  const { slicing, name } = node
  if (isByUrl(slicing, name)) {
    const url = extensionUrl(one)
    if (url !== undefined) return (place.value as { url?: unknown }).url === url
  }
  if (name.endsWith('[x]') && !slicing?.discriminators.length) {
    return one.types.length === 0 || one.types.some(({ code }) => isOfType(place, code))
  }
  // Without a discriminator, what is in a slice is what fits it.
  if (!slicing?.discriminators.length) return others.askElement(place, one, checking).conforms
  let met: boolean | undefined | 'silent' = 'silent'
  for (const discriminator of slicing.discriminators) {
    const found = meets(place, one, discriminator, checking, others)
    if (found === false) return false
    if (found !== 'silent') met = met === undefined ? undefined : found
  }
  return met === 'silent' ? false : met
}

function isByUrl(slicing: Slicing | undefined, name: string): boolean {
  if (name !== 'extension' && name !== 'modifierExtension') return false
  const [first, ...more] = slicing?.discriminators ?? []
  return more.length === 0 && (!first || (first.path === 'url' && (first.type === 'value' || first.type === 'pattern')))
}
