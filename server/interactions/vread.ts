import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { subsetText } from '../../resources/subset.ts'
import type { Answer, Call, Services } from '../call.ts'
import { liveText } from '../visible.ts'
import { subsetOf } from './subset.ts'

/** R4 http, vread: one version; `gone` where that version is the deletion. */
export async function vread({ type, id, version: asked, query }: Call, services: Services): Promise<Answer> {
  const subset = subsetOf(query)
  const number = /^[1-9]\d{0,14}$/.test(asked ?? '') ? Number(asked) : undefined
  const version = number === undefined ? undefined : await services.store.readVersion(type!, id!, number)
  if (!version) throw FhirError.of('not-found', `${type}/${id} has no version ${beginningOf(asked ?? '')}.`)
  const text = liveText(version, { type: type!, id: id! })
  return { kind: 'ok', version, text: subset ? subsetText(text, type!, subset) : text }
}
