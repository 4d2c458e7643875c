/** What is known of a user besides what he signs in with. */
export interface UserFacts {
  /** Lower-case; unique. */
  name: string
  /** As pages show him. */
  display?: string
  /** Name of the policy that cuts what he may do. */
  role?: string
  /** `Type/id` of the user as a resource. */
  fhirUser?: string
  /** Id of the Organization that he works for. */
  organization?: string
  /** Ids of the Patients that apps may be given for him; without them his policy says whom. */
  patients?: readonly string[]
}

const NAME = /^[a-z0-9][a-z0-9._@+-]{0,63}$/
const ROLE = /^[a-z0-9][a-z0-9-]{0,63}$/
const ID = /^[A-Za-z0-9.-]{1,64}$/
const FHIR_USER = /^(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)\/([A-Za-z0-9.-]{1,64})$/
const MOST_PATIENTS = 1000

/** What is wrong with what is told of a user, undefined if nothing is. */
export function userFactsFault({
  name,
  display,
  role,
  fhirUser,
  organization,
  patients = [],
}: UserFacts): string | undefined {
  if (!NAME.test(name)) return 'a name has up to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or a digit'
  if (display !== undefined && !isShown(display)) return 'what pages show has 1 to 200 characters, on one line'
  if (role !== undefined && !ROLE.test(role)) return 'a role has up to 64 of a-z, 0-9 and -'
  if (fhirUser !== undefined && !FHIR_USER.test(fhirUser)) {
    return 'the user as a resource is Patient/id, Practitioner/id, PractitionerRole/id, RelatedPerson/id or Person/id'
  }
  if (organization !== undefined && !ID.test(organization)) return 'the organization is no id'
  if (patients.length > MOST_PATIENTS || !patients.every((id) => ID.test(id))) {
    return `patients are up to ${MOST_PATIENTS} ids`
  }
  return undefined
}

/** Whether a text can be shown on one line. */
export function isShown(text: string): boolean {
  return text.trim() !== '' && [...text].length <= 200 && !/\p{C}/u.test(text)
}
