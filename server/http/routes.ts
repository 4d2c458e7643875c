import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery, type QueryPair } from '../../search/query.ts'
import { behindGlass } from '../access/behind-glass.ts'
import type { Door } from '../access/door.ts'
import { breaksGlass, reasonOf } from '../access/purposes.ts'
import { refusedDeed } from '../audit/refused.ts'
import type { Call, Services } from '../call.ts'
import { issuerOf } from '../issuer.ts'
import { type Route, routeOf } from '../routing.ts'
import { demandJson, wantsNative } from './accept.ts'
import { burst } from './burst.ts'
import { callOfRequest, splitUrl } from './call-of-request.ts'
import { fhirErrorOf } from './errors.ts'
import type { InFlight } from './in-flight.ts'
import { note } from './log.ts'
import { mayBeNative, sendAnswer, sendError } from './reply.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** The path that the FHIR base has on this server. */
export const FHIR_PATH = '/fhir'

/** What the FHIR routes work with. */
export interface FhirRoutes extends Door {
  services: Services
  inFlight: InFlight
}

/** Serves the FHIR API: every method and path goes through `routeOf`, the same law that a Bundle's entries follow. */
export function addFhirRoutes(app: FastifyInstance, routes: FhirRoutes): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => answer(request, reply, routes)
  const { door: onRequest } = routes
  const { maxBody, maxBundle } = routes.services.config
  for (const url of [FHIR_PATH, `${FHIR_PATH}/`]) {
    app.route({ method: [...METHODS], url, bodyLimit: maxBundle, onRequest, handler })
  }
  app.route({ method: [...METHODS], url: `${FHIR_PATH}/*`, bodyLimit: maxBody, onRequest, handler })
}

async function answer(request: FastifyRequest, reply: FastifyReply, routes: FhirRoutes) {
  const { services, inFlight } = routes
  let isCarriedOut = false
  let query: readonly QueryPair[] = []
  try {
    const { path, queryText } = splitUrl(request.raw.url ?? '', FHIR_PATH)
    const route = routeOf(request.method, path)
    noteRoute(request, route)
    const { access } = request
    if (!access) throw FhirError.of('unauthenticated', 'Who asks is not known.')
    tellOfEmergencies(access, reply)
    const asked = callOfRequest(request, route, queryText, access)
    query = asked.query
    const { accept } = request.headers
    if (!(mayBeNative(asked) && wantsNative(accept, query)) && !namesFormat(asked)) demandJson(accept, query)
    const call = breaksGlass(asked.purposes) ? await glassBroken(asked, { request, reply, routes }) : asked
    if (call.interaction === 'operation') followed(call, reply)
    isCarriedOut = true
    const { answer, error } = await services.dispatch(call)
    await burst()
    if (error) throw error
    return await sendAnswer(answer, call, services.baseUrl, { request, reply, query, inFlight })
  } catch (error) {
    const refusal = fhirErrorOf(error as Error & { code: string })
    if (!isCarriedOut) services.folded.add(refusedDeed(request, refusal.kind, issuerOf(services.config)))
    return sendError(refusal, { request, reply, query, inFlight })
  }
}

/** An operation that is told a format answers in that, whatever the Accept header says, as with `_format`. */
function namesFormat({ interaction, query }: Call): boolean {
  return interaction === 'operation' && query.some(([name, value]) => name === 'format' && value !== '')
}

/** Long work ends when its client leaves, and a long answer need not be there as a whole. */
function followed(call: Call, { raw }: FastifyReply): void {
  const controller = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort()
  })
  call.signal = controller.signal
  call.takesStream = true
}

interface AtGlass {
  request: FastifyRequest
  reply: FastifyReply
  routes: FhirRoutes
}

async function glassBroken(asked: Call, { request, reply, routes }: AtGlass): Promise<Call> {
  const again = () => routes.again(request)
  const call = await behindGlass(asked, reasonOf(request.headers), again, routes.services)
  tellOfEmergencies(call.access, reply)
  return call
}

/** Whoever is answered under broken glass is told, and until when. */
function tellOfEmergencies({ emergencies = [] }: Access, reply: FastifyReply): void {
  if (emergencies.length === 0) return
  const told = emergencies.map(({ patient, until }) => `Patient/${patient}; until=${new Date(until).toISOString()}`)
  reply.header('x-break-glass', told.join(', '))
}

/** Notes what a request that failed before its handler asked for, where its URL tells. */
export function noteAsked(request: FastifyRequest): void {
  try {
    const { path } = splitUrl(request.raw.url ?? '', FHIR_PATH)
    if (request.url.startsWith(FHIR_PATH)) noteRoute(request, routeOf(request.method, path))
  } catch {
    // The URL is none of the FHIR API's: the line has the route that answered.
  }
}

function noteRoute(request: FastifyRequest, { template, interaction, type }: Route): void {
  const route = template === '' ? FHIR_PATH : `${FHIR_PATH}/${template}`
  note(request, { route, interaction, ...(type === undefined ? {} : { type }) })
}

/** The query of a request that could not become a call; nothing where it cannot be read. */
export function queryOf(request: FastifyRequest): QueryPair[] {
  try {
    return parseQuery(splitUrl(request.raw.url ?? '', '').queryText)
  } catch {
    return []
  }
}
