import type { Issue } from '../resources/fhir-error.ts'
import type { JsonDocument } from '../resources/json/parse.ts'

/** How a resource is validated. */
export interface ValidationAsked {
  /** Profiles that it is held against, besides those it claims. */
  profiles: readonly string[]
  /** Whether elements that a profile must support, and that are not there, are told. */
  mustSupport: boolean
}

/** Validation for a caller: it rests on what this caller may see. */
export interface Validation {
  /** What is wrong with a resource, or worth a word. */
  check(document: JsonDocument, asked: ValidationAsked): Promise<Issue[]>
  /** Whether a profile is held. */
  knows(profile: string): Promise<boolean>
  /** What keeps the caller from a write, which is not made: no issues where it could be. `id` is that of the URL. */
  tryWrite(kind: 'create' | 'update' | 'delete', type: string, id?: string, document?: JsonDocument): Promise<Issue[]>
  /** Resources that refer to one (`Observation/1`), some of them where they are many. */
  referring(type: string, id: string): Promise<string[]>
}
