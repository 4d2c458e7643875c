import { parseDocument } from '../../resources/json/parse.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import type { Store, WriteChange } from '../../resources/store/port.ts'
import type { Zone } from '../../resources/zone.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { ParameterRegistry } from '../../search/parameters.ts'
import type { MadeResource } from './resources.ts'

/** Resources of one commit, and levels of JSON. */
const UNIT = 500
const DEPTH = 50

/** Writes resources into a store as PUTs would; answers how many. `base` is the FHIR base URL of the server on it. */
export async function loadResources(
  store: Pick<Store, 'commit'>,
  resources: Iterable<MadeResource>,
  { baseUrl, zone }: { baseUrl: string; zone: Zone },
): Promise<number> {
  const parameters = new ParameterRegistry()
  let count = 0
  let changes: WriteChange[] = []
  const flush = async () => {
    await store.commit({ changes, guards: [] })
    count += changes.length
    changes = []
  }
  for (const resource of resources) {
    const document = parseDocument(Buffer.from(JSON.stringify(resource)), DEPTH)
    const { resourceType: type, id } = resource
    const entries = indexEntries(type, document.value, baseUrl, parameters, zone)
    changes.push({ kind: 'write', method: 'PUT', type, id, ...prepareStamp(document, id), entries })
    if (changes.length === UNIT) await flush()
  }
  if (changes.length > 0) await flush()
  return count
}
