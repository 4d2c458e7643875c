import { dateRange } from '../../resources/dates.ts'
import { parseReference } from '../../resources/references.ts'
import type { Zone } from '../../resources/zone.ts'

/** What names and dates in resources are resolved by. */
export interface ReadingContext {
  /** FHIR base of this server, without `/` at the end. */
  baseUrl: string
  zone: Zone
}

/** A stretch of time in ms since 1970, from the first moment up to before the second; either may be open. */
export interface Span {
  from: number | undefined
  to: number | undefined
}

export const ALWAYS: Span = { from: undefined, to: undefined }

/** `Type/id` of what a reference of this server leads to; undefined where it leads to nothing here. */
export function nameOf(reference: { reference?: string } | undefined, { baseUrl }: ReadingContext): string | undefined {
  const text = reference?.reference
  if (text === undefined) return undefined
  const parsed = parseReference(text)
  if (parsed.kind === 'relative') return `${parsed.type}/${parsed.id}`
  return parsed.kind === 'absolute' && parsed.root === `${baseUrl}/` ? `${parsed.type}/${parsed.id}` : undefined
}

/** The names of several references, each once. */
export function namesOf(
  references: readonly ({ reference?: string } | undefined)[],
  context: ReadingContext,
): readonly string[] {
  return [...new Set(references.flatMap((one) => nameOf(one, context) ?? []))]
}

/** From the beginning of one date to the end of another; open where one is not given. */
export function spanOf(start: string | undefined, end: string | undefined, { zone }: ReadingContext): Span {
  return {
    from: start === undefined ? undefined : dateRange(start, zone)?.start,
    to: end === undefined ? undefined : dateRange(end, zone)?.end,
  }
}
