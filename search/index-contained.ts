import { storableTypes } from '../resources/definitions/definitions.ts'
import { ID_PATTERN } from '../resources/references.ts'
import type { ContainedResource } from '../resources/store/port.ts'
import { UTC, type Zone } from '../resources/zone.ts'
import { indexEntries } from './index-entries.ts'
import type { ParameterRegistry } from './parameters.ts'

/**
 * The resources that one contains, with their index entries, as a change has them: nothing for most. One without an id is
 * left out: nothing can refer to it, and no fullUrl tell it from others (R4 references, "Contained Resources"); so is
 * what is not the first of its type and id.
 */
export function containedOf(
  resource: unknown,
  baseUrl: string,
  registry?: ParameterRegistry,
  zone: Zone = UTC,
): { contained?: ContainedResource[] } {
  const { contained } = resource as { contained?: unknown }
  if (!Array.isArray(contained)) return {}
  const byName = new Map<string, ContainedResource>()
  for (const value of contained as unknown[]) {
    const { resourceType: type, id } = (value ?? {}) as Record<string, unknown>
    if (typeof type !== 'string' || !storableTypes.has(type) || typeof id !== 'string' || !ID_PATTERN.test(id)) continue
    const name = `${type}/${id}`
    if (byName.has(name)) continue
    // Its id is told by an entry, for the name that it has in the store is not this id.
    const entries = [...indexEntries(type, value, baseUrl, registry, zone), ['token', '_id', '', id] as const]
    byName.set(name, { type, id, entries: entries as ContainedResource['entries'] })
  }
  return byName.size > 0 ? { contained: [...byName.values()] } : {}
}
