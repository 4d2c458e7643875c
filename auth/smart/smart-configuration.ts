/** Where the parts of an authorization server are. */
export interface Endpoints {
  issuer: string
  authorize: string
  token: string
  jwks: string
  introspect: string
  revoke: string
  userinfo: string
  /** The page on which users see and take back what they have allowed. */
  manage: string
  /** Absent where clients do not register themselves. */
  register?: string
}

/** The endpoints of the built-in server below its issuer. */
export function endpointsOf(issuer: string, registers: boolean): Endpoints {
  return {
    issuer,
    authorize: `${issuer}/authorize`,
    token: `${issuer}/token`,
    jwks: `${issuer}/jwks`,
    introspect: `${issuer}/introspect`,
    revoke: `${issuer}/revoke`,
    userinfo: `${issuer}/userinfo`,
    manage: `${issuer}/account`,
    ...(registers ? { register: `${issuer}/register` } : {}),
  }
}

/** Algorithms by which clients sign their assertions (SMART App Launch 2.2, "Client Authentication: Asymmetric"). */
export const ASSERTION_ALGORITHMS = ['ES384', 'RS384'] as const

/** How clients may authenticate at the token endpoint. */
export const CLIENT_AUTHENTICATION = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const

/** What is no scope about resources, and known. */
export const PLAIN_SCOPES = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'offline_access',
  'online_access',
] as const

const CAPABILITIES = [
  'launch-ehr',
  'launch-standalone',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-banner',
  'context-ehr-patient',
  'context-ehr-encounter',
  'context-standalone-patient',
  'context-standalone-encounter',
  'permission-offline',
  'permission-online',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
]

/** The document at `.well-known/smart-configuration` (SMART App Launch 2.2, "FHIR Authorization Endpoint and Capabilities Discovery"). */
export function smartConfiguration(at: Endpoints): Record<string, unknown> {
  return {
    issuer: at.issuer,
    jwks_uri: at.jwks,
    authorization_endpoint: at.authorize,
    token_endpoint: at.token,
    userinfo_endpoint: at.userinfo,
    introspection_endpoint: at.introspect,
    revocation_endpoint: at.revoke,
    management_endpoint: at.manage,
    ...(at.register === undefined ? {} : { registration_endpoint: at.register }),
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [
      ...PLAIN_SCOPES,
      'patient/*.cruds',
      'user/*.cruds',
      'system/*.cruds',
      'patient/*.*',
      'user/*.*',
      'system/*.*',
    ],
    capabilities: CAPABILITIES,
  }
}
