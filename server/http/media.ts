/** Media types that mean FHIR in JSON. `json` is for `_format` alone. */
const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/fhir+json',
  'application/json',
  'text/json',
  'application/json+fhir',
  'json',
])

/** Media types that mean FHIR in one of its forms, whether this server has it or not. */
const FHIR_TYPES = /^application\/(fhir\+(json|xml|turtle)|(json|xml)\+fhir)$/

/** The media type without its parameters, in lower case. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]!.trim().toLowerCase()
}

/** Whether a media type is one of those that FHIR in JSON goes by. */
export function isJson(mediaType: string): boolean {
  return JSON_TYPES.has(mediaType)
}

/** Whether a media type says that a resource is meant, and not content of its own. */
export function isFhir(mediaType: string): boolean {
  return FHIR_TYPES.test(mediaType)
}
