import type { Rights } from '../access/callers.ts'
import type { Limit } from '../access/door.ts'

/** What the authorization server is given by the rest. */
export interface OauthParts {
  /** The rights of an identity, as the FHIR API judges them. */
  accessFor: Rights['of']
  /** What counts requests, once it is there. */
  limit(): Limit | undefined
}
