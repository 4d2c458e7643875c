import type { CapabilityStatementRestSecurity } from '@medplum/fhirtypes'
import type { Endpoints } from '../../auth/smart/smart-configuration.ts'

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'
const SERVICES = 'http://terminology.hl7.org/CodeSystem/restful-security-service'

/** Where tokens are had, for apps that read it here and not in `.well-known/smart-configuration`. */
export function smartSecurity({ authorize, token, introspect, revoke, manage, register }: Endpoints) {
  const uris = { authorize, token, introspect, revoke, manage, ...(register === undefined ? {} : { register }) }
  return {
    extension: [{ url: OAUTH_URIS, extension: Object.entries(uris).map(([url, valueUri]) => ({ url, valueUri })) }],
    service: [{ coding: [{ system: SERVICES, code: 'SMART-on-FHIR' }], text: 'OAuth 2.0, by SMART App Launch' }],
    description:
      'Access tokens of the authorization server, or of another one that is trusted; see .well-known/smart-configuration.',
  } satisfies CapabilityStatementRestSecurity
}
