import type { ResourceName } from '../search/searcher.ts'

/** Who asks, as far as a verified token tells; the rights that follow from it are `access.ts`'s. */
export interface Identity {
  /** URL of who issued the token. */
  issuer: string
  /** The issuer's name of the user, or of the client where it acts for itself. */
  subject: string
  client: string
  /** As granted, each once. */
  scopes: readonly string[]
  /** Id of the Patient that the token is for (`launch/patient`). */
  patient?: string
  /** The user as a resource: Patient, Practitioner, PractitionerRole, RelatedPerson or Person. */
  fhirUser?: ResourceName
  /** Name of the policy that cuts what `user/` and `patient/` scopes give; of a client that acts for itself, `system/` ones. */
  role?: string
  /** Id of the Organization that the user works for: what `{organization}` in a policy stands for. */
  organization?: string
  /** The token's own id, by which it is revoked. */
  tokenId?: string
  /** ms since 1970 */
  expires: number
}
