import { decodeJwt } from 'jose'
import { publicKeys } from '../../auth/smart/keys.ts'
import { type UserRecord, userOf } from '../../auth/smart/users.ts'
import { IssuerKeys, OWN_TIMES } from '../../auth/token/issuer-keys.ts'
import { TokenVerifier } from '../../auth/token/verify.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Store } from '../../resources/store/port.ts'

/** A valid access token of this server. */
export interface OwnToken {
  id: string
  client: string
  /** Absent for a client's own token. */
  user?: UserRecord
  scopes: readonly string[]
  /** ms since 1970 */
  expires: number
  claims: Record<string, unknown>
}

/** Reads the access tokens of this server, for the endpoints that take them. */
export class OwnTokens {
  readonly #store: Store
  readonly #verifier: TokenVerifier

  /** `baseUrl` is the FHIR base, which the tokens are for. */
  constructor(store: Store, issuer: string, baseUrl: string) {
    const keys = new IssuerKeys(() => publicKeys(store), OWN_TIMES)
    this.#store = store
    this.#verifier = new TokenVerifier([{ issuer, keys, roles: true, own: true }], baseUrl)
  }

  /** undefined for one that is not of this server, or holds no more. */
  async read(token: string): Promise<OwnToken | undefined> {
    try {
      const { identity, revocableBy } = await this.#verifier.verify(token)
      const { client, subject, tokenId, scopes, expires } = identity
      const names = [...revocableBy, `client:${client}`]
      const revoked = await Promise.all(names.map((name) => this.#store.state.get('revoked', name)))
      if (tokenId === undefined || revoked.some(Boolean)) return undefined
      const claims = decodeJwt(token)
      // Only what a user has granted has a grant.
      const user = claims.chartroom_grant === undefined ? undefined : await userOf(this.#store, subject)
      if (claims.chartroom_grant !== undefined && !user) return undefined
      return { id: tokenId, client, scopes, expires, claims, ...(user ? { user } : {}) }
    } catch (error) {
      if (error instanceof FhirError && error.kind !== 'unavailable') return undefined
      throw error
    }
  }
}
