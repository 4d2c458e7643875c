import { canonicalParts } from '../../resources/conformance/canonicals.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Meant, Resource } from '../../resources/terminology/answers.ts'
import type { ComputationContext } from '../computation.ts'
import type { GivenResource } from '../parameter-table.ts'

/** In what ways a definition may be told. */
export interface Told {
  url?: string | undefined
  version?: string | undefined
  resource?: GivenResource | undefined
}

/**
 * The definition that is meant: the resource that is asked of, else one in the question, else one by its url; undefined for none of
 * them. Throws `invalid` for two of them, and as `stored` does.
 */
export async function meantBy(
  { url, version, resource }: Told,
  context: ComputationContext,
): Promise<Meant | undefined> {
  const isInstance = context.id !== undefined
  if ([isInstance, url !== undefined, resource !== undefined].filter(Boolean).length > 1) {
    throw FhirError.of('invalid', 'What is meant is told in two ways: this takes one of a resource, an id and a url.')
  }
  if (isInstance) {
    const stored = await context.stored()
    if (stored.isCut) throw FhirError.of('forbidden', `Parts of ${context.type} are withheld from this caller.`)
    return { resource: stored.value as Resource }
  }
  if (resource) return { resource: resource.value as Resource }
  if (url === undefined) return undefined
  const parts = canonicalParts(url)
  const asked = version ?? parts.version
  return { url: parts.url, ...(asked === undefined ? {} : { version: asked }) }
}

/** As `meantBy`, where something must be meant. `name`: the parameter that tells its url. */
export async function demandMeant(told: Told, context: ComputationContext, name = 'url'): Promise<Meant> {
  const meant = await meantBy(told, context)
  if (meant) return meant
  const words = `${name} is missing: the url of a ${context.type}.`
  throw FhirError.of('invalid', words, { code: 'required' })
}

/** The code system that is meant, as questions about one have it. */
export function systemOf({ url, version, resource }: Meant): { system: string; version?: string; resource?: Resource } {
  const own = (resource as { url?: string } | undefined)?.url
  return {
    system: url ?? own ?? '',
    ...(version === undefined ? {} : { version }),
    ...(resource ? { resource } : {}),
  }
}
