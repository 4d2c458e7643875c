import type { Json } from './server.ts'

/** What the urls of the tests' own SearchParameters begin with. */
export const PARAMETER_URL = 'http://x.example/SearchParameter/'

/** An active SearchParameter of Patient, of type string, unless `more` says otherwise. */
export const searchParameter = (code: string, expression: string | undefined, more: Json = {}) => ({
  resourceType: 'SearchParameter',
  url: `${PARAMETER_URL}${code}`,
  name: 'Test',
  status: 'active',
  description: 'x',
  code,
  base: ['Patient'],
  type: 'string',
  ...(expression === undefined ? {} : { expression }),
  ...more,
})
