import { publicKeys } from '../../auth/smart/keys.ts'
import { discoveredKeys } from '../../auth/token/discovery.ts'
import { FOREIGN_TIMES, IssuerKeys, OWN_TIMES } from '../../auth/token/issuer-keys.ts'
import { KnownTokens } from '../../auth/token/known-tokens.ts'
import { TokenVerifier, type TrustedIssuer } from '../../auth/token/verify.ts'
import type { Services } from '../call.ts'
import { issuerOf } from '../issuer.ts'
import { Callers, type Rights } from './callers.ts'
import { fetchText } from './fetch-text.ts'

/** Who may come in, as the settings say, with which rights. Nothing is asked of an issuer before it is needed. */
export function openCallers(services: Services, rights: Rights): Callers {
  const { baseUrl, store, linkKey } = services
  const verifier = new TokenVerifier(trustedIssuers(services), baseUrl)
  const revoked = async (names: readonly string[]) => {
    const found = await Promise.all(names.map((name) => store.state.get('revoked', name)))
    return found.some((entry) => entry !== undefined)
  }
  return new Callers(new KnownTokens(verifier, revoked), rights, linkKey)
}

/** The built-in one stands last: no setting takes its place. */
function trustedIssuers({ config, store }: Services): TrustedIssuer[] {
  const others = config.issuers.map((issuer) => ({
    issuer,
    keys: new IssuerKeys(discoveredKeys(issuer, fetchText), FOREIGN_TIMES),
    roles: config.trustRoles,
    own: false,
  }))
  const keys = new IssuerKeys(() => publicKeys(store), OWN_TIMES)
  return [...others, { issuer: issuerOf(config), keys, roles: true, own: true }]
}
