import { containedOf } from '../search/index-contained.ts'
import { indexEntries } from '../search/index-entries.ts'
import type { Content } from '../search/judge.ts'
import type { LiveVersion } from '../search/searcher.ts'
import type { Services } from './call.ts'

/** What a version is judged by: the index entries that it has, or had. */
export function contentOf({ type, id, lastUpdated, text }: LiveVersion, services: ContentPlace): Content {
  const { baseUrl, parameters, zone } = services
  const value: unknown = JSON.parse(text.toString())
  const entries = indexEntries(type, value, baseUrl, parameters, zone)
  return { type, id, lastUpdated, entries, ...containedOf(value, baseUrl, parameters, zone) }
}

type ContentPlace = Pick<Services, 'baseUrl' | 'parameters' | 'zone'>
