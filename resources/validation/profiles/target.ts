import { membersOf } from '../../definitions/definitions.ts'
import { parseReference } from '../../references.ts'
import type { Place, Run } from '../place.ts'
import { bodyPlace, placesOf } from '../walk.ts'

/** What a reference leads to: where it was found, and as a place. */
export interface Target {
  place: Place
  held: 'contained' | 'bundled' | 'referenced'
}

/** The resource that a reference leads to; null where it is not there, undefined where it is not known (yet). */
export function targetOf(place: Place, run: Run): Target | null | undefined {
  const text = (place.value as { reference?: unknown } | undefined)?.reference
  if (typeof text !== 'string') return undefined
  if (text.startsWith('#')) return contained(place.resource, text.slice(1))
  const bundled = inBundle(place.resource, text)
  if (bundled) return bundled
  const kind = parseReference(text)
  if (kind.kind !== 'relative' && kind.kind !== 'absolute') return undefined
  const value = run.known.target(text)
  return value ? { place: bodyPlace(value), held: 'referenced' } : value
}

/** Contained resources refer to each other, and by `#` to that which contains them. */
function contained(resource: Place, id: string): Target | null {
  const container = resource.parent && resource.name === 'contained' ? resource.parent : resource
  if (id === '') return { place: container, held: 'contained' }
  const place = containedPlaces(container).get(id)
  return place ? { place, held: 'contained' } : null
}

const containedIn = new WeakMap<Place, ReadonlyMap<string, Place>>()

/** Contained resources by their ids, of two with the same the first: thousands of references may lead to them. */
function containedPlaces(container: Place): ReadonlyMap<string, Place> {
  let places = containedIn.get(container)
  if (!places) {
    const member = membersOf(container.type).get('contained')
    const given = (container.value as { contained?: unknown }).contained
    const all = member && Array.isArray(given) ? placesOf(container, 'contained', member) : []
    places = new Map(all.map((place) => [String((place.value as { id?: unknown }).id), place] as const).reverse())
    containedIn.set(container, places)
  }
  return places
}

function inBundle(resource: Place, text: string): Target | undefined {
  let base: string | undefined
  for (let at: Place | undefined = resource; at?.parent; at = at.parent) {
    const around: Place = at.parent
    if (around.type !== 'Bundle.entry') continue
    base ??= rootOf((around.value as { fullUrl?: unknown }).fullUrl)
    const bundle = around.parent!
    const entries = entriesOf(bundle)
    const found = entries.get(text) ?? (base === undefined ? undefined : entries.get(base + text))
    if (found !== undefined) return entryTarget(bundle, found)
  }
  return undefined
}

/** The server's address in a fullUrl, which relative references of the entry are relative to. */
function rootOf(fullUrl: unknown): string | undefined {
  if (typeof fullUrl !== 'string') return undefined
  const parsed = parseReference(fullUrl)
  return parsed.kind === 'absolute' ? parsed.root : undefined
}

const indexes = new WeakMap<object, ReadonlyMap<string, number>>()

/** The entries of a Bundle by what a reference may call them: their fullUrl, and `Type/id`. */
function entriesOf(bundle: Place): ReadonlyMap<string, number> {
  const value = bundle.value as { entry?: unknown }
  const known = indexes.get(value)
  if (known) return known
  const index = new Map<string, number>()
  const entries = (Array.isArray(value.entry) ? value.entry : []) as (Entry | null)[]
  for (const [at, entry] of entries.entries()) {
    if (!entry?.resource) continue
    const { resourceType, id } = entry.resource
    if (!index.has(`${resourceType}/${id}`)) index.set(`${resourceType}/${id}`, at)
    if (typeof entry.fullUrl === 'string' && !index.has(entry.fullUrl)) index.set(entry.fullUrl, at)
  }
  indexes.set(value, index)
  return index
}

interface Entry {
  fullUrl?: unknown
  resource?: { resourceType?: unknown; id?: unknown }
}

function entryTarget(bundle: Place, at: number): Target | undefined {
  const value = (bundle.value as { entry: { resource: unknown }[] }).entry[at]!
  const around: Place = { ...bundle, parent: bundle, name: 'entry', index: at, value, type: 'Bundle.entry' }
  const member = membersOf('Bundle.entry').get('resource')!
  const [place] = placesOf(around, 'resource', member)
  return place ? { place, held: 'bundled' } : undefined
}
