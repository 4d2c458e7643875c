import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../auth/access.ts'
import type { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery, type QueryPair } from '../../search/query.ts'
import type { Services } from '../call.ts'
import { routeOf } from '../routing.ts'
import { demandJson, wantsNative } from './accept.ts'
import { burst } from './burst.ts'
import { callOfRequest, splitUrl } from './call-of-request.ts'
import { fhirErrorOf } from './errors.ts'
import { note } from './log.ts'
import { mayBeNative, sendAnswer, sendError } from './reply.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** The path that the FHIR base has on this server. */
export const FHIR_PATH = '/fhir'

/**
 * Serves the FHIR API: every method and path goes through `routeOf`, the same law that a Bundle's entries follow.
 * `accessOf` tells what the caller of a request may do.
 */
export function addFhirRoutes(
  app: FastifyInstance,
  services: Services,
  accessOf: (request: FastifyRequest) => Access,
): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => answer(request, reply, services, accessOf)
  const { maxBody, maxBundle } = services.config
  for (const url of [FHIR_PATH, `${FHIR_PATH}/`]) {
    app.route({ method: [...METHODS], url, bodyLimit: maxBundle, handler })
  }
  app.route({ method: [...METHODS], url: `${FHIR_PATH}/*`, bodyLimit: maxBody, handler })
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  accessOf: (request: FastifyRequest) => Access,
) {
  try {
    const { path, queryText } = splitUrl(request.raw.url ?? '', FHIR_PATH)
    const route = routeOf(request.method, path)
    note(request, { route: `${FHIR_PATH}/${route.template}`, interaction: route.interaction, ...typeOf(route.type) })
    const call = callOfRequest(request, route, queryText, accessOf(request))
    const { accept } = request.headers
    if (!(mayBeNative(call) && wantsNative(accept, call.query))) demandJson(accept, call.query)
    const { answer, error } = await services.dispatch(call)
    await burst()
    if (error) return await refuse(error, call.query, request, reply)
    return await sendAnswer(answer, call, services.baseUrl, request, reply)
  } catch (error) {
    return refuse(fhirErrorOf(error as Error & { code: string }), [], request, reply)
  }
}

/** Answers with an error, and notes for the log what the caller may not know. */
export function refuse(error: FhirError, query: readonly QueryPair[], request: FastifyRequest, reply: FastifyReply) {
  if (error.detail !== undefined) note(request, { detail: error.detail })
  return sendError(error, query, request, reply)
}

function typeOf(type: string | undefined): { type?: string } {
  return type === undefined ? {} : { type }
}

/** The query of a request that could not become a call; nothing where it cannot be read. */
export function queryOf(request: FastifyRequest): QueryPair[] {
  try {
    return parseQuery(splitUrl(request.raw.url ?? '', '').queryText)
  } catch {
    return []
  }
}
