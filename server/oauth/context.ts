import type { SmartGrant } from '../../auth/smart/grants.ts'
import { type LaunchContext, launchOf } from '../../auth/smart/launch.ts'
import type { UserRecord } from '../../auth/smart/users.ts'
import { encountersOf, isEncounterOf, type PatientChoice, patientOf, patientsOf } from './choices.ts'
import { field } from './form.ts'
import { encounterPage, patientPage } from './pages/patient-page.ts'
import type { Rooms } from './rooms.ts'
import type { Interaction, StepEnd } from './step.ts'

/** For whom an app is to work. */
export interface Chosen {
  given: Pick<SmartGrant, 'patient' | 'encounter' | 'intent' | 'needPatientBanner'>
  /** The patient, for the page. */
  shown: PatientChoice | undefined
  encounter: string | undefined
  /** Whether it was chosen on a page, which the next form has to repeat. */
  chosen: boolean
}

const NOBODY: Chosen = { given: {}, shown: undefined, encounter: undefined, chosen: false }

/**
 * Finds the patient and the encounter of an authorization: those of the EHR's launch, the user himself where he is a patient,
 * else those that he chooses. What a form brings is asked for anew with the user's rights.
 */
export async function contextStep(
  rooms: Rooms,
  interaction: Interaction,
  user: UserRecord,
  asked: readonly string[],
): Promise<Chosen | StepEnd> {
  const { launch } = interaction.details.params
  if (typeof launch === 'string') return launched(rooms, interaction, user, launch)
  if (!needsPatient(asked)) return NOBODY
  const own = /^Patient\/(.+)$/.exec(user.fhirUser ?? '')?.[1]
  const id = own ?? field(interaction.form ?? new URLSearchParams(), 'patient', 64)
  const shown = id === '' ? undefined : await patientOf(rooms, user, id)
  if (own !== undefined && !shown) return cannot('The record of this user is not there.')
  if (!shown) return picking(rooms, interaction, user)
  const chosen = own === undefined
  if (!asked.includes('launch/encounter')) return chosenOf(shown, undefined, chosen)
  return withEncounter(rooms, interaction, user, shown)
}

/** `patient/` scopes mean nothing without a patient. */
function needsPatient(asked: readonly string[]): boolean {
  return asked.some((scope) => scope.startsWith('launch/') || scope.startsWith('patient/'))
}

async function launched(
  { store, ...rooms }: Rooms,
  { client }: Interaction,
  user: UserRecord,
  launch: string,
): Promise<Chosen | StepEnd> {
  const context = await launchOf(store, launch, client.id)
  if (context?.user !== user.id) return cannot('launch is unknown, used, too old or of another user', 'invalid_request')
  const { patient, encounter, intent, needPatientBanner } = context satisfies LaunchContext
  const shown = patient === undefined ? undefined : await patientOf({ store, ...rooms }, user, patient)
  if (patient !== undefined && !shown) return cannot('The patient of this launch is not there.')
  return {
    given: {
      needPatientBanner,
      ...(patient === undefined ? {} : { patient }),
      ...(encounter === undefined ? {} : { encounter }),
      ...(intent === undefined ? {} : { intent }),
    },
    shown,
    encounter,
    chosen: false,
  }
}

async function picking(rooms: Rooms, interaction: Interaction, user: UserRecord): Promise<StepEnd> {
  const { action, csrf, client, form } = interaction
  const sought = form ? field(form, 'sought', 100) : ''
  const refused = form?.get('patient') ? 'That patient cannot be chosen.' : undefined
  const { found, more } = await patientsOf(rooms, user, sought)
  const facts = { root: rooms.root, action, csrf, app: client.name, ...(refused ? { alert: refused } : {}) }
  return { page: patientPage(facts, sought, found, more) }
}

async function withEncounter(
  rooms: Rooms,
  interaction: Interaction,
  user: UserRecord,
  patient: PatientChoice,
): Promise<Chosen | StepEnd> {
  const { form, action, csrf, client } = interaction
  const id = form?.get('encounter')
  if (id === '') return chosenOf(patient, undefined, true)
  if (id && (await isEncounterOf(rooms, user, id, patient.id))) return chosenOf(patient, id, true)
  const facts = { root: rooms.root, action, csrf, app: client.name }
  return { page: encounterPage(facts, patient, await encountersOf(rooms, user, patient.id)) }
}

function chosenOf(shown: PatientChoice, encounter: string | undefined, chosen: boolean): Chosen {
  const given = { patient: shown.id, needPatientBanner: true, ...(encounter === undefined ? {} : { encounter }) }
  return { given, shown, encounter, chosen }
}

function cannot(why: string, error = 'access_denied'): StepEnd {
  return { result: { error, error_description: why } }
}
