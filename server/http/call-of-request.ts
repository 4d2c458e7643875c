import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery, type QueryPair } from '../../search/query.ts'
import type { Call } from '../call.ts'
import { parseConditions } from '../conditions.ts'
import type { Route } from '../routing.ts'
import { binaryResource, isNativeBinary } from './binary.ts'
import { isJson, mediaTypeOf } from './media.ts'
import { parsePrefer } from './prefer.ts'

const FORM = 'application/x-www-form-urlencoded'

/** The path below the FHIR base and the query string of a request, as they came in. */
export function splitUrl(url: string, prefix: string): { path: string; queryText: string } {
  const question = url.indexOf('?')
  const end = question < 0 ? url.length : question
  return { path: url.slice(prefix.length, end), queryText: question < 0 ? '' : url.slice(question + 1) }
}

/** Makes the call that a request asks for. Throws FhirErrors for what HTTP forbids it: method, media type, encoding. */
export function callOfRequest(request: FastifyRequest, route: Route, queryText: string, access: Access): Call {
  const { template: _, ...target } = route
  const { headers } = request
  const body = Buffer.isBuffer(request.body) ? request.body : undefined
  const mediaType = mediaTypeOf(headers['content-type'])
  const call: Call = {
    ...target,
    access,
    query: queryText === '' ? [] : parseQuery(queryText),
    conditions: parseConditions({
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
      ifNoneExist: headers['if-none-exist']?.toString(),
    }),
    ...parsePrefer(headers.prefer),
  }
  if (request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH') {
    takeBody(call, body, mediaType, headers)
    const key = headers['idempotency-key']
    if (key !== undefined) call.onceKey = onceKeyOf(String(key), access)
  }
  return call
}

function takeBody(call: Call, body: Buffer | undefined, mediaType: string, headers: FastifyRequest['headers']): void {
  call.mediaType = mediaType
  if (call.interaction === 'search-type') {
    call.query = [...call.query, ...formOf(body, mediaType)]
    return
  }
  if (body) call.body = body
  // What else a patch may be is the interaction's matter.
  if (call.interaction === 'patch') return
  if (call.type === 'Binary' && isNativeBinary(mediaType, body)) {
    call.body = binaryResource(body, headers['content-type'], headers['x-security-context'], call.id)
  } else {
    demandType(isJson(mediaType), 'application/fhir+json', mediaType, body)
    demandUtf8(headers['content-type'])
  }
}

/** The key as the store keeps it: of one length, and each caller's own. */
function onceKeyOf(key: string, access: Access): string {
  return createHash('sha256')
    .update(JSON.stringify([access.caller, key]))
    .digest('base64url')
}

function formOf(body: Buffer | undefined, mediaType: string): QueryPair[] {
  if (!body || body.length === 0) return []
  demandType(mediaType === FORM, FORM, mediaType, body)
  return parseQuery(body.toString())
}

function demandType(fits: boolean, wanted: string, mediaType: string, body: Buffer | undefined): void {
  if (fits || (mediaType === '' && (!body || body.length === 0))) return
  throw FhirError.of('unsupported-media', `The body must be ${wanted}.`)
}

function demandUtf8(contentType: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase()
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return
  throw FhirError.of('unsupported-media', 'The body must be in UTF-8.')
}
