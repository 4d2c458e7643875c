import type { Json, TestServer } from './server.ts'
import { BASE } from './server.ts'

/** Two names for entries to be linked by. */
export const URN = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'
export const OTHER_URN = 'urn:uuid:7d0e1a3c-2f4b-4c55-8a77-1f2e3d4c5b6a'

export const batch = (...entry: Json[]) => ({ resourceType: 'Bundle', type: 'batch', entry })
export const transaction = (...entry: Json[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

/** Entries by what they ask; `more` goes into the request, `fullUrl` beside it. */
export const get = (url: string, more = {}) => ({ request: { method: 'GET', url, ...more } })
export const remove = (url: string, more = {}) => ({ request: { method: 'DELETE', url, ...more } })
export const post = (resource: Json, more = {}, fullUrl?: string) => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
})
export const put = (resource: Json, url = `${resource.resourceType}/${resource.id}`, more = {}) => ({
  resource,
  request: { method: 'PUT', url, ...more },
})

/** A JSON Patch, as it travels in a Bundle. */
export const jsonPatch = (url: string, operations: Json[], more = {}) => ({
  resource: {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from(JSON.stringify(operations)).toString('base64'),
  },
  request: { method: 'PATCH', url, ...more },
})

/** A FHIRPath Patch of one operation. */
export const fhirPathPatch = (url: string, ...part: Json[]) => ({
  resource: { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] },
  request: { method: 'PATCH', url },
})

export const patient = (more = {}) => ({ resourceType: 'Patient', ...more })
export const identified = (value: string, more = {}) =>
  patient({ identifier: [{ system: 'http://x', value }], ...more })
export const practitioner = (id: string, value?: string) => ({
  resourceType: 'Practitioner',
  id,
  ...(value === undefined ? {} : { identifier: [{ system: 'http://n', value }] }),
})
export const observation = (more = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
})

/** `Type/id` of what an entry of a response wrote. */
export const placeOf = (entry: Json): string =>
  entry.response.location.replace(`${BASE}/`, '').replace(/\/_history.*/, '')

/** How many versions there are of everything. */
export const versions = async (server: TestServer): Promise<number> =>
  (await server.get('_history?_count=0')).json.total
