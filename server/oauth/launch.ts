import type { FastifyInstance } from 'fastify'
import { clientOf } from '../../auth/smart/clients.ts'
import { createLaunch, LAUNCH_KEPT } from '../../auth/smart/launch.ts'
import { bearerOf } from './bearer.ts'
import { isEncounterOf, patientOf } from './choices.ts'
import { parsed } from './json-body.ts'
import { recordDone } from './records.ts'
import type { Rooms } from './rooms.ts'
import { refuse } from './userinfo.ts'

interface LaunchRequest {
  client_id: string
  patient?: string
  encounter?: string
  intent?: string
  need_patient_banner?: boolean
}

/**
 * `POST /oauth/launch`: an EHR, with a token of its user that has the scope `chartroom/launch`, says which app it is about to
 * start and for whom. It gets the `launch` value, good once, for that app and that user, for five minutes, and the URL to open.
 */
export function addLaunch(app: FastifyInstance, rooms: Rooms): void {
  app.post('/launch', async (request, reply) => {
    const token = await bearerOf(rooms, request)
    const user = token?.user
    if (!token || !user) return refuse(reply, 401, 'invalid_token')
    if (!token.scopes.includes('chartroom/launch'))
      return refuse(reply, 403, 'insufficient_scope', 'chartroom/launch is missing')
    const asked = launchRequest(request.body)
    if (!asked)
      return refuse(reply, 400, 'invalid_request', 'client_id, patient, encounter, intent, need_patient_banner as JSON')
    const { client_id: id, patient, encounter, intent, need_patient_banner: needPatientBanner = false } = asked
    const client = await clientOf(rooms.store, id)
    if (!client?.launchUrl) return refuse(reply, 400, 'invalid_request', 'there is no such app to launch')
    // A patient whom the user may not see is as good as none.
    if (patient !== undefined && !(await patientOf(rooms, user, patient)))
      return refuse(reply, 400, 'invalid_request', 'there is no such patient')
    if (encounter !== undefined && !(await isEncounterOf(rooms, user, encounter, patient))) {
      return refuse(reply, 400, 'invalid_request', 'there is no such encounter of this patient')
    }
    const about = patient === undefined ? {} : { parts: [{ type: 'Patient', id: patient, patients: [patient] }] }
    const context = { client: client.id, user: user.id, needPatientBanner, ...defined({ patient, encounter, intent }) }
    const launch = await createLaunch(rooms.store, context)
    await recordDone(
      rooms,
      { request, user, client: token.client },
      { code: 'launch', query: `app=${client.id}`, ...about },
    )
    const url = new URL(client.launchUrl)
    url.searchParams.set('iss', rooms.baseUrl)
    url.searchParams.set('launch', launch)
    return reply.code(201).send({ launch, url: url.href, expires_in: LAUNCH_KEPT / 1000 })
  })
}

function defined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}

function launchRequest(body: unknown): LaunchRequest | undefined {
  const value = parsed(body)
  if (typeof value !== 'object' || value === null) return undefined
  const {
    client_id: client,
    patient,
    encounter,
    intent,
    need_patient_banner: banner,
  } = value as Record<string, unknown>
  const texts = [patient, encounter, intent].every(
    (text) => text === undefined || (typeof text === 'string' && text.length <= 64),
  )
  const fits = typeof client === 'string' && texts && (banner === undefined || typeof banner === 'boolean')
  return fits ? (value as LaunchRequest) : undefined
}
