import type { Bundle, Encounter, Patient } from '@medplum/fhirtypes'
import type { UserRecord } from '../../auth/smart/users.ts'
import type { Call } from '../call.ts'
import type { Rooms } from './rooms.ts'

/** A patient as a list shows him. */
export interface PatientChoice {
  id: string
  name: string
  born?: string
  gender?: string
  number?: string
}

export interface EncounterChoice {
  id: string
  words: string
}

const SHOWN = 20

/** Patients whom the user may see (of those that he is there for, where his record names them), by the beginning of a name: 20 at the most, and whether there are more. */
export async function patientsOf(
  rooms: Rooms,
  user: UserRecord,
  sought: string,
): Promise<{ found: PatientChoice[]; more: boolean }> {
  const query: [string, string][] = [
    ['_count', String(SHOWN)],
    ['_sort', 'family'],
  ]
  if (user.patients?.length === 0) return { found: [], more: false }
  if (user.patients) query.push(['_id', user.patients.join(',')])
  for (const word of sought.trim().split(/\s+/).filter(Boolean).slice(0, 5))
    query.push(['name', word.replace(/[\\,|$]/g, '\\$&')])
  const bundle = await asked<Bundle>(rooms, user, { interaction: 'search-type', type: 'Patient' }, query)
  const patients = (bundle?.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Patient' ? resource : [],
  )
  const more = bundle?.link?.some(({ relation }) => relation === 'next') ?? false
  return { found: patients.map(patientChoice), more }
}

/** A patient, if the user may see him. */
export async function patientOf(rooms: Rooms, user: UserRecord, id: string): Promise<PatientChoice | undefined> {
  if (user.patients?.includes(id) === false) return undefined
  const patient = await asked<Patient>(rooms, user, { interaction: 'read', type: 'Patient', id }, [])
  return patient?.id === undefined ? undefined : patientChoice(patient)
}

/** The latest encounters of a patient that the user may see. */
export async function encountersOf(rooms: Rooms, user: UserRecord, patient: string): Promise<EncounterChoice[]> {
  const query: [string, string][] = [
    ['patient', `Patient/${patient}`],
    ['_sort', '-date'],
    ['_count', String(SHOWN)],
  ]
  const bundle = await asked<Bundle>(rooms, user, { interaction: 'search-type', type: 'Encounter' }, query)
  return (bundle?.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Encounter' && resource.id ? { id: resource.id, words: encounterWords(resource) } : [],
  )
}

/** Whether an encounter is this patient's, and the user may see it. */
export async function isEncounterOf(rooms: Rooms, user: UserRecord, id: string, patient?: string): Promise<boolean> {
  const encounter = await asked<Encounter>(rooms, user, { interaction: 'read', type: 'Encounter', id }, [])
  if (!encounter) return false
  return patient === undefined || encounter.subject?.reference === `Patient/${patient}`
}

/** Asks the FHIR server in the name of a user, with the rights that his role has; undefined for what he may not see. */
async function asked<T>(
  { dispatch, accessFor, issuer }: Rooms,
  user: UserRecord,
  what: Pick<Call, 'interaction' | 'type' | 'id'>,
  query: [string, string][],
): Promise<T | undefined> {
  const { id, fhirUser, role, organization } = user
  const [type = '', resource = ''] = fhirUser?.split('/') ?? []
  const access = await accessFor({
    issuer,
    subject: id,
    client: 'chartroom',
    scopes: ['user/Patient.rs', 'user/Encounter.rs'],
    ...(fhirUser === undefined ? {} : { fhirUser: { type, id: resource } }),
    ...(role === undefined ? {} : { role }),
    ...(organization === undefined ? {} : { organization }),
    expires: Date.now() + 60_000,
  })
  const { answer } = await dispatch({ ...what, access, query, conditions: {}, strict: true })
  return answer?.text === undefined ? undefined : (JSON.parse(answer.text.toString()) as T)
}

function patientChoice({ id = '', name = [], birthDate, gender, identifier = [] }: Patient): PatientChoice {
  const [best] = [...name].sort((one, other) => rank(one.use) - rank(other.use))
  const words = best?.text ?? [best?.given?.join(' '), best?.family].filter(Boolean).join(' ')
  const number = identifier.find(({ type }) => type?.coding?.some(({ code }) => code === 'MR')) ?? identifier[0]
  return {
    id,
    name: words || '(no name)',
    ...(birthDate === undefined ? {} : { born: birthDate }),
    ...(gender === undefined ? {} : { gender }),
    ...(number?.value === undefined ? {} : { number: number.value }),
  }
}

function rank(use: string | undefined): number {
  return use === 'official' || use === undefined ? 0 : 1
}

function encounterWords({ period, type, class: kind, status }: Encounter): string {
  const what = type?.[0]?.text ?? type?.[0]?.coding?.[0]?.display ?? kind?.display ?? kind?.code ?? 'Encounter'
  return [period?.start?.slice(0, 10), what, status].filter(Boolean).join(' · ')
}
