import type { Zone } from '../../resources/zone.ts'
import type { ParameterRegistry } from '../../search/parameters.ts'

/** What AuditEvents are made and indexed with. */
export interface LogPlace {
  /** FHIR base URL of this server, without `/` at the end. */
  baseUrl: string
  parameters: ParameterRegistry
  /** What a date without an offset is meant in. */
  zone: Zone
}
