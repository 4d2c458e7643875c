import { beginningOf } from '../../beginning.ts'
import { resourceTypes } from '../../definitions/definitions.ts'
import type { Finding, Place, Run } from '../place.ts'
import type { Bundle, Entry } from './entry-index.ts'

/** Requests of a batch or transaction (R4 http.html#transaction): what they send is there, and of the type and id that they name. */
export function checkRequests(place: Place, { entry = [] }: Bundle, run: Run): void {
  for (const [at, one] of entry.entries()) {
    const finding = faultOf(one)
    if (finding) run.report(place, finding, `entry[${at}]`)
  }
}

function faultOf({ request, resource }: Entry): Finding | undefined {
  const { method, url } = request ?? {}
  if (method === undefined || url === undefined) return undefined
  const [path = ''] = url.split('?', 1)
  const steps = path.split('/')
  const plain = !path.includes('$') && !/^[a-z][a-z0-9+.-]*:/i.test(path)
  const [type = '', id] = steps
  const sends =
    method === 'PUT' || (method === 'POST' && plain && type !== '' && type !== '_search' && id !== '_search')
  if (
    plain &&
    type !== '' &&
    type !== '_history' &&
    type !== '_search' &&
    type !== 'metadata' &&
    !resourceTypes.has(type)
  )
    return fault('bundle-request-type', `No resource type of R4: ${beginningOf(type)}`)
  if (!sends) return undefined
  if (!resource) return fault('bundle-request-resource', `${method} has no resource to send.`)
  if (plain && type !== resource.resourceType)
    return fault(
      'bundle-request-agrees',
      `${method} ${type} does not fit the entry's resource, of type ${resource.resourceType}.`,
    )
  if (method === 'PUT' && plain && steps.length === 2 && resource.id !== undefined && id !== resource.id)
    return fault('bundle-request-agrees', 'The id in the url is another than the id of the resource.')
  return undefined
}

function fault(messageId: string, diagnostics: string): Finding {
  return { severity: 'error', code: 'invalid', messageId, diagnostics }
}
