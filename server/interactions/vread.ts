import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { APART } from '../../search/apart.ts'
import type { Answer, Services, TracedCall } from '../call.ts'
import { shownText } from '../shown.ts'
import { Sight } from '../sight.ts'
import { liveVersion, visible } from '../visible.ts'
import { subsetOf } from './subset.ts'

/** R4 http, vread: one version; `gone` where that version is the deletion. */
export async function vread(call: TracedCall, services: Services): Promise<Answer> {
  const { type, id, version: asked, query } = call
  const subset = subsetOf(query)
  const number = /^[1-9]\d{0,14}$/.test(asked ?? '') ? Number(asked) : undefined
  const version = number === undefined ? undefined : await versionSeen(call, number, services)
  if (!version) throw FhirError.of('not-found', `${type}/${id} has no version ${beginningOf(asked ?? '')}.`)
  const live = liveVersion(version, { type: type!, id: id! })
  return { kind: 'ok', version: live, text: shownText(live, call, subset) }
}

async function versionSeen({ type, id, access }: TracedCall, number: number, services: Services) {
  // The log's have one version each.
  if (APART.has(type!)) return number === 1 ? visible(type!, id!, access, services) : undefined
  const stored = await services.store.readVersion(type!, id!, number)
  return stored && (await new Sight(access, services, 'r').of([stored]))[0]
}
