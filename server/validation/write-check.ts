import type { Issue } from '../../resources/fhir-error.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import { withTag } from '../../resources/validation/kept-tag.ts'
import type { Services } from '../call.ts'
import { type Asker, KnownFor } from './known-source.ts'
import { modeFor } from './settings.ts'

/** What a validation of something to be written came to. */
export interface WriteFindings {
  /** The resource as it is to be kept: with a tag, where it is in spite of errors. */
  document: JsonDocument
  issues: readonly Issue[]
  /** Whether the errors among them forbid to write it. */
  isRefused: boolean
}

/**
 * Validates a resource of right structure that is to be written, by the definitions that the server has, and the settings for its
 * type. What it refers to is looked up as far as the asker may see it.
 */
export async function findingsOf(document: JsonDocument, asker: Asker, services: Services): Promise<WriteFindings> {
  const { validator, definitions, config } = services
  const type = String(document.value.resourceType)
  const mode = modeFor(config.validation, type)
  if (mode === 'off') return { document, issues: [], isRefused: false }
  const source = await KnownFor.open(asker, definitions.own, services)
  const issues = await validator.further(document.value, source, {
    profiles: config.validation.profiles.get(type) ?? [],
    strictExtensions: config.validation.strictExtensions,
    mustSupport: false,
  })
  const isWrong = issues.some(isError)
  if (isWrong && mode === 'enforce') return { document, issues, isRefused: true }
  return { document: withTag(document, isWrong), issues, isRefused: false }
}

/** Whether an issue is more than a warning. */
export function isError({ severity }: Issue): boolean {
  return severity === 'error' || severity === 'fatal'
}
