import { beginningOf } from '../../beginning.ts'
import { parseReference } from '../../references.ts'
import type { Finding, Place, Run } from '../place.ts'
import type { Bundle, Entry } from './entry-index.ts'

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:./

/**
 * Entry.fullUrl (R4 bundle.html#fullUrl): absolute, without a version, and of the same type and id as the resource, where
 * it is a URL of a REST server. That no two are the same is bdl-7.
 */
export function checkFullUrls(place: Place, { type, entry = [] }: Bundle, run: Run): void {
  for (const [at, one] of entry.entries()) {
    if (one.fullUrl === undefined) continue
    const finding = faultOf(one.fullUrl, one, type)
    if (finding) run.report(place, finding, `entry[${at}].fullUrl`)
  }
}

function faultOf(fullUrl: string, entry: Entry, type: string | undefined): Finding | undefined {
  const shown = beginningOf(fullUrl)
  if (!ABSOLUTE.test(fullUrl)) return fault('bundle-fullurl-absolute', `The fullUrl is not absolute: ${shown}`)
  const { resource } = entry
  const parsed = parseReference(fullUrl)
  if (!resource || parsed.kind !== 'absolute') return undefined
  const own = `${resource.resourceType}/${resource.id ?? ''}`
  if (`${parsed.type}/${parsed.id}` === own) return undefined
  if (resource.id === undefined) {
    // What is yet to be created has no id, and its fullUrl is a name for the time being.
    if (parsed.type === resource.resourceType && (type === 'transaction' || type === 'batch')) return undefined
    return fault(
      'bundle-fullurl-id',
      `The fullUrl is that of a resource on a server, but the resource has no id: ${shown}`,
    )
  }
  return fault('bundle-fullurl-id', `The fullUrl is not that of ${own}, which is the entry's resource: ${shown}`)
}

function fault(messageId: string, diagnostics: string): Finding {
  return { severity: 'error', code: 'invalid', messageId, diagnostics }
}
