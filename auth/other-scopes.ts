/** The scope for the operations of the whole system; no other one opens them, whatever its wildcards. */
export const ADMIN_SCOPE = 'chartroom/admin'

/** The scope with which an EHR's user starts apps for a patient (`POST /oauth/launch`). */
export const LAUNCH_SCOPE = 'chartroom/launch'

/** The scopes that are for no resources: of launches, of OpenID Connect, of refresh tokens, and chartroom's own. */
export const OTHER_SCOPES: ReadonlySet<string> = new Set([
  'launch',
  'launch/patient',
  'launch/encounter',
  'openid',
  'fhirUser',
  'profile',
  'offline_access',
  'online_access',
  ADMIN_SCOPE,
  LAUNCH_SCOPE,
])
