import { parseDocument } from '../../resources/json/parse.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import type { WriteChange } from '../../resources/store/port.ts'
import type { StateChange } from '../../resources/store/state.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { Services, TracedCall } from '../call.ts'
import { untilCurrent } from './commit.ts'
import { commitOnRecord } from './commit-on-record.ts'
import { checkDocument, newId } from './document.ts'

/**
 * Commits resources that the server itself makes for a call, and changes of state, as one unit with the call's record; answers
 * the ids of the resources, in their order. Throws as `commit` does.
 */
export async function commitNew(
  resources: readonly object[],
  state: readonly StateChange[],
  call: TracedCall,
  services: Services,
): Promise<string[]> {
  const ids = resources.map(() => newId())
  await untilCurrent(async () => {
    const { version } = services.parameters
    const changes = resources.map((resource, at) => changeOf(resource, ids[at]!, services))
    await commitOnRecord(call, { changes, guards: [], state: [...state] }, services, version)
  })
  return ids
}

function changeOf(resource: object, id: string, { config, baseUrl, parameters, zone }: Services): WriteChange {
  const document = parseDocument(Buffer.from(JSON.stringify(resource)), config.maxDepth)
  const type = String(document.value.resourceType)
  checkDocument(document, type, config)
  const entries = indexEntries(type, document.value, baseUrl, parameters, zone)
  return { kind: 'write', method: 'POST', type, id, ...prepareStamp(document, id), entries }
}
