import { insideId, insideName } from '../../resources/contained.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import type { WriteChange } from '../../resources/store/port.ts'
import { UTC } from '../../resources/zone.ts'
import { containedOf } from '../../search/index-contained.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { Facts } from '../../search/matches.ts'
import type { ParameterRegistry } from '../../search/parameters.ts'
import { BASE, type Written } from './criteria.ts'

/** The change that writes a resource, with all that it is found by in a zone. */
export function writeOf(resource: Written & { id: string }, zone = UTC, registry?: ParameterRegistry): WriteChange {
  const { resourceType: type, id } = resource
  const document = { text: Buffer.from(JSON.stringify(resource)), value: resource }
  const entries = indexEntries(type, resource, BASE, registry, zone)
  const contained = containedOf(resource, BASE, registry, zone)
  return { kind: 'write', method: 'PUT', type, id, ...prepareStamp(document, id), entries, ...contained }
}

/** What plain JavaScript decides on of a resource that was written, and of those that it contains, by their types. */
export function factsOf(change: WriteChange, lastUpdated: number): [type: string, facts: Facts][] {
  const { type, id, entries, contained = [] } = change
  const inside = contained.map((one): [string, Facts] => {
    const container = { type, id }
    return [insideName(one.type), { id: insideId(container, one.id), entries: one.entries, lastUpdated, container }]
  })
  return [[type, { id, entries, lastUpdated }], ...inside]
}
