import type { FastifyRequest } from 'fastify'
import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery, type QueryPair } from '../../search/query.ts'
import { purposesOf } from '../access/purposes.ts'
import type { Call } from '../call.ts'
import { parseConditions } from '../conditions.ts'
import { onceKeyOf } from '../once-key.ts'
import type { Route } from '../routing.ts'
import { binaryResource, isNativeBinary } from './binary.ts'
import { headerText } from './header-text.ts'
import { isJson, mediaTypeOf } from './media.ts'
import { parsePrefer } from './prefer.ts'

const FORM = 'application/x-www-form-urlencoded'

/** The path below `prefix` and the query string of a request, as they came in; a URL may be absolute (RFC 9112, 3.2.2). */
export function splitUrl(target: string, prefix: string): { path: string; queryText: string } {
  const url = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '')
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
  const purposes = purposesOf(headers)
  const call: Call = {
    ...target,
    access,
    from: request.ip,
    request: request.id,
    query: queryText === '' ? [] : parseQuery(queryText),
    conditions: parseConditions({
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
      ifNoneExist: headerText(headers['if-none-exist']),
    }),
    ...parsePrefer(headers.prefer),
    ...(purposes ? { purposes } : {}),
    ...(headers['x-explain'] === 'true' ? { explain: true } : {}),
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
  if (call.interaction === 'search-type' || call.interaction === 'search-system') {
    call.query = [...call.query, ...formOf(body, mediaType)]
    return
  }
  if (body) call.body = body
  // What else a patch may be is the interaction's matter.
  if (call.interaction === 'patch') return
  if (call.type === 'Binary' && isNativeBinary(mediaType, body)) {
    call.body = binaryResource(body, headers['content-type'], headerText(headers['x-security-context']), call.id)
  } else {
    demandType(isJson(mediaType), 'application/fhir+json', mediaType, body)
    demandUtf8(headers['content-type'])
  }
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
