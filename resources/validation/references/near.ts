import { parseReference } from '../../references.ts'
import type { Place } from '../place.ts'
import { rootResourceOf } from '../surroundings.ts'

type Resource = Readonly<Record<string, unknown>>

/**
 * The resource that a reference leads to, where it is in the same body: contained in the same resource, that resource itself (`#`), or an
 * entry of the Bundle around it (R4 bundle.html, "Resolving references in Bundles"). Undefined where it is not there.
 */
export function resolveNear(reference: string, place: Place): Resource | undefined {
  const root = rootResourceOf(place)
  if (reference.startsWith('#')) return inContainer(root.value as Resource, reference.slice(1))
  const entry = root.parent
  const bundle = entry?.type === 'Bundle.entry' ? entry.parent : undefined
  if (!bundle) return undefined
  const { fullUrl } = entry!.value as { fullUrl?: unknown }
  return inBundle(bundle.value as Resource, reference, typeof fullUrl === 'string' ? fullUrl : undefined)
}

function inContainer(container: Resource, id: string): Resource | undefined {
  return id === '' ? container : containedOf(container).get(id)
}

const byId = new WeakMap<Resource, ReadonlyMap<string, Resource>>()

/** Resources that one contains, by their ids: of two with the same the first. */
export function containedOf(container: Resource): ReadonlyMap<string, Resource> {
  let contained = byId.get(container)
  if (!contained) {
    const found = new Map<string, Resource>()
    for (const one of (container.contained ?? []) as Resource[]) {
      if (typeof one.id === 'string' && !found.has(one.id)) found.set(one.id, one)
    }
    contained = found
    byId.set(container, contained)
  }
  return contained
}

const byFullUrl = new WeakMap<Resource, ReadonlyMap<string, Resource>>()

/** Resources of a Bundle by the fullUrl of their entries. */
function entriesOf(bundle: Resource): ReadonlyMap<string, Resource> {
  let entries = byFullUrl.get(bundle)
  if (!entries) {
    const found = new Map<string, Resource>()
    for (const { fullUrl, resource } of (bundle.entry ?? []) as { fullUrl?: string; resource?: Resource }[]) {
      if (fullUrl !== undefined && resource && !found.has(fullUrl)) found.set(fullUrl, resource)
    }
    entries = found
    byFullUrl.set(bundle, entries)
  }
  return entries
}

/** A relative reference counts from the base of the entry's own fullUrl. */
function inBundle(bundle: Resource, reference: string, fullUrl: string | undefined): Resource | undefined {
  const entries = entriesOf(bundle)
  const direct = entries.get(reference)
  if (direct) return direct
  const parsed = parseReference(reference)
  if (parsed.kind === 'absolute') return entries.get(`${parsed.root}${parsed.type}/${parsed.id}`)
  if (parsed.kind !== 'relative' || fullUrl === undefined) return undefined
  const own = parseReference(fullUrl)
  return own.kind === 'absolute' ? entries.get(`${own.root}${parsed.type}/${parsed.id}`) : undefined
}
