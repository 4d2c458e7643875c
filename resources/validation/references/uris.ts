import { beginningOf } from '../../beginning.ts'
import type { Finding, Place, Run } from '../place.ts'
import { resolveNear } from './near.ts'

const UUID = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/
const URN = /^urn:[a-z0-9][a-z0-9-]{0,31}:\S+$/i
const SCHEME = /^[a-z][a-z0-9+.-]*:/i

/** Whether a text has the form of a URN (RFC 8141). */
export function isUrn(text: string): boolean {
  return URN.test(text)
}

/** Whether a URN that says it is a UUID or an OID is none. */
export function isWrongUrn(text: string): boolean {
  // Canonicals have a version or a fragment behind.
  const bare = /^[^|#]*/.exec(text)![0]
  return (bare.startsWith('urn:uuid:') && !UUID.test(bare)) || (bare.startsWith('urn:oid:') && !OID.test(bare))
}

/** Checks a uri or url: UUIDs and OIDs stand in it as URNs (R4 datatypes, uri). */
export function checkUri(place: Place, run: Run): void {
  const { value } = place
  if (typeof value !== 'string' || !mayBeWrong(value)) return
  if (/^(?:oid|uuid):/i.test(value)) tell(place, run, 'uri-scheme', `write urn:${beginningOf(value)}`)
  else if (isWrongUrn(value)) tell(place, run, 'uri-urn', 'it is no OID, or no UUID')
}

/** Most uris are http, and nothing is to be looked at. */
function mayBeWrong(value: string): boolean {
  return !value.startsWith('http')
}

/** Checks a canonical: absolute (of R4's own examples 60 are not: a warning), or a contained resource (R4 references.html#canonical). */
export function checkCanonical(place: Place, run: Run): void {
  const { value } = place
  if (typeof value !== 'string' || value.startsWith('http')) return
  if (value.startsWith('#')) {
    if (resolveNear(value, place)) return
    tell(place, run, 'canonical-contained', 'no contained resource has this id')
  } else if (SCHEME.test(value)) checkUri(place, run)
  else tell(place, run, 'canonical-absolute', 'it is not absolute', 'warning')
}

function tell(place: Place, run: Run, messageId: string, why: string, severity: Finding['severity'] = 'error'): void {
  const diagnostics = `'${beginningOf(String(place.value))}' is not a valid ${place.type}: ${why}.`
  run.report(place, { severity, code: 'value', messageId, diagnostics })
}
