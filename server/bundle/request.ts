import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { parseQuery } from '../../search/query.ts'
import type { Call } from '../call.ts'
import { type ConditionTexts, parseConditions } from '../conditions.ts'
import { onceKeyOf } from '../once-key.ts'
import { routeOf } from '../routing.ts'

/** An extension of Bundle.entry.request with the Idempotency-Key of the entry alone. */
export const KEY_EXTENSION = 'https://chartroom.invalid/fhir/StructureDefinition/idempotency-key'

/** Bundle.entry.request, its structure checked. */
export interface EntryRequest extends ConditionTexts {
  method: string
  url: string
  extension?: { url: string; valueString?: string }[]
}

/** The interaction that a checked entry's request asks for (R4 http, batch/transaction). Throws as routing does. */
export function callOf(request: unknown, bundleCall: Call, baseUrl: string): Call {
  const { method, url, extension, ...rest } = request as EntryRequest
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) {
    throw FhirError.of('invalid', 'request.url is not one of this server.', { expression: 'Bundle.entry.request.url' })
  }
  const question = path.indexOf('?')
  const route = routeOf(method, question < 0 ? path : path.slice(0, question))
  if (route.interaction === 'bundle') {
    throw FhirError.of('invalid', 'A Bundle within a Bundle is not processed.', { expression: 'Bundle.entry.request' })
  }
  const { template: _, ...target } = route
  return {
    ...target,
    interaction: route.interaction,
    access: bundleCall.access,
    ...(bundleCall.purposes ? { purposes: bundleCall.purposes } : {}),
    query: question < 0 ? [] : parseQuery(path.slice(question + 1)),
    conditions: parseConditions(rest),
    strict: bundleCall.strict,
    ...originOf(bundleCall),
    ...keyOf(extension, bundleCall.access),
    ...(method === 'HEAD' ? { headOnly: true } : {}),
  }
}

/** Where the Bundle came from, and what for, which is so of its entries. */
function originOf({ from, request, purposes }: Call): Pick<Call, 'from' | 'request' | 'purposes'> {
  return {
    ...(from === undefined ? {} : { from }),
    ...(request === undefined ? {} : { request }),
    ...(purposes === undefined ? {} : { purposes }),
  }
}

function keyOf(extensions: EntryRequest['extension'], access: Access): { onceKey?: string } {
  const key = extensions?.find(({ url }) => url === KEY_EXTENSION)?.valueString
  return key === undefined ? {} : { onceKey: onceKeyOf(key, access) }
}
