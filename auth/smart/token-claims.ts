import type { SmartGrant } from './grants.ts'

/** What a token tells of the one it is for, besides what every JWT has. */
export interface Subject {
  /** `Type/id` of the user as a resource. */
  fhirUser?: string | undefined
  role?: string | undefined
  organization?: string | undefined
}

/** Claims of an access token. `fhirUser` is absolute, below `base`; what is not known is left out. */
export function tokenClaims(
  base: string,
  { fhirUser, role, organization }: Subject,
  granted?: { id: string; grant: SmartGrant },
): Record<string, string> {
  return present({
    fhirUser: fhirUser && `${base}/${fhirUser}`,
    chartroom_role: role,
    chartroom_organization: organization,
    chartroom_grant: granted?.id,
    patient: granted?.grant.patient,
    encounter: granted?.grant.encounter,
  })
}

function present(claims: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(claims).filter((claim): claim is [string, string] => Boolean(claim[1])))
}

/** What stands beside the token in the answer (SMART App Launch 2.2, "Launch context arrives with your access_token"). */
export function launchParameters({
  patient,
  encounter,
  intent,
  needPatientBanner,
}: SmartGrant): Record<string, unknown> {
  return {
    ...(patient === undefined ? {} : { patient, need_patient_banner: needPatientBanner ?? true }),
    ...(encounter === undefined ? {} : { encounter }),
    ...(intent === undefined ? {} : { intent }),
  }
}
