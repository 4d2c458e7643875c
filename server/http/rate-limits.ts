import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Limit } from '../access/door.ts'

/** ms in which requests are counted. */
const WINDOW = 60_000

/** Clients and addresses that are counted at once; past them those not seen for longest are forgotten. */
const MOST_COUNTED = 20_000

/** What counts requests; each is undefined where there is no limit, or the server has not started yet. */
export interface Limits {
  fhir: Limit | undefined
  oauth: Limit | undefined
}

/** Counts requests a minute in this process (IETF draft of the RateLimit headers), those to /fhir by client, to /oauth by address. */
export function rateLimits(app: FastifyInstance, most: { fhir: number; oauth: number }): Limits {
  const limits: Limits = { fhir: undefined, oauth: undefined }
  if (most.fhir === 0 && most.oauth === 0) return limits
  app.register(rateLimit, { global: false, cache: MOST_COUNTED, enableDraftSpec: true, timeWindow: WINDOW })
  app.after(() => {
    limits.fhir = limitOf(app, most.fhir, keyOf)
    limits.oauth = limitOf(app, most.oauth, ({ ip }) => normalizeIP(ip))
  })
  return limits
}

function limitOf(
  app: FastifyInstance,
  max: number,
  keyGenerator: (request: FastifyRequest) => string,
): Limit | undefined {
  if (max === 0) return undefined
  const errorResponseBuilder = () =>
    FhirError.of('too-many-requests', `More than ${max} requests a minute; Retry-After says when to go on.`)
  const count = app.rateLimit({ max, timeWindow: WINDOW, keyGenerator, errorResponseBuilder })
  return async (request: FastifyRequest, reply: FastifyReply) => {
    await count.call(app, request, reply)
  }
}

/** Who shows a good token is counted as client and user, wherever it comes from; all others by address. */
function keyOf({ access, ip }: FastifyRequest): string {
  const { identity } = access ?? {}
  return identity ? JSON.stringify([identity.issuer, identity.client, identity.subject]) : normalizeIP(ip)
}
