import { FhirError } from '../fhir-error.ts'
import type { Opened } from './systems.ts'

/** Where a caller finds the code systems that are held. */
const WHERE = 'metadata?mode=terminology lists those that are'

/** The error for a code system that is not held. `other`: what is held of it in another version. */
export function systemNotHeld(asked: { system: string; version?: string }, other: Opened | undefined): FhirError {
  const { system, version } = asked
  if (!other) return notHeld(`The code system ${named(system, version)} is not held here: ${WHERE}`)
  const { edition } = other.source
  const held = edition.periods?.map((period) => period.version) ?? [edition.version ?? 'one without a version']
  return notHeld(`The code system ${named(system, version)} is not held here, but ${held.join(', ')}`)
}

/** The error for a value set that is not held. `other`: whether it is in another version. */
export function setNotHeld({ url = '', version }: { url?: string; version?: string }, other: boolean): FhirError {
  const more = other ? ', but in another version' : ''
  return notHeld(`The value set ${named(url, version)} is not held here${more}`)
}

function named(url: string, version: string | undefined): string {
  return version === undefined ? url : `${url}|${version}`
}

function notHeld(words: string): FhirError {
  return FhirError.of('not-found', words)
}
