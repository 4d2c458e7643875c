import type { Access } from '../../auth/access.ts'
import { parseQuery } from '../../search/query.ts'
import { routeOf } from '../../server/routing.ts'
import type { Json, TestServer } from './server.ts'

/** How something that was asked ended: an answer's resource, or the kind of error. */
export interface Ended {
  ended: string
  json: Json
}

/** Asks a server with rights of one's own, past its door; `target` is a path below the FHIR base, with a query. */
export async function askWith(
  access: Access,
  { services }: TestServer,
  method: string,
  target: string,
  body?: Json,
): Promise<Ended> {
  const [path = '', query = ''] = target.split('?')
  const { template: _, ...destination } = routeOf(method, path)
  const { answer, error } = await services.dispatch({
    ...destination,
    access,
    query: query === '' ? [] : parseQuery(query),
    conditions: {},
    strict: false,
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)), mediaType: 'application/fhir+json' }),
  })
  if (error) return { ended: error.kind, json: { issue: error.issues } }
  return { ended: answer.kind, json: answer.text ? JSON.parse(answer.text.toString()) : undefined }
}

/** `Type/id` of the resources in a Bundle, in alphabetical order, without outcomes. */
export function namesIn({ json }: Ended): string[] {
  const all: Json[] = (json.entry ?? []).map(({ resource }: Json) => resource)
  return all
    .filter((one) => one && one.resourceType !== 'OperationOutcome')
    .map(({ resourceType, id }) => `${resourceType}/${id}`)
    .sort()
}
