import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Answer, Services, TracedCall } from '../call.ts'
import { shownText } from '../shown.ts'
import { Sight } from '../sight.ts'
import { liveVersion } from '../visible.ts'
import { subsetOf } from './subset.ts'

/** R4 http, vread: one version; `gone` where that version is the deletion. */
export async function vread(call: TracedCall, services: Services): Promise<Answer> {
  const { type, id, version: asked, query, access } = call
  const subset = subsetOf(query)
  const number = /^[1-9]\d{0,14}$/.test(asked ?? '') ? Number(asked) : undefined
  const stored = number === undefined ? undefined : await services.store.readVersion(type!, id!, number)
  const [version] = stored ? await new Sight(access, services, 'r').of([stored]) : []
  if (!version) throw FhirError.of('not-found', `${type}/${id} has no version ${beginningOf(asked ?? '')}.`)
  const live = liveVersion(version, { type: type!, id: id! })
  return { kind: 'ok', version: live, text: shownText(live, call, subset) }
}
