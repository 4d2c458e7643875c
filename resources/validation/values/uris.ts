import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import { doubtful, wrong } from './finding.ts'

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:./
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/

/** Whether a URI has a scheme. */
export function isAbsolute(uri: string): boolean {
  return SCHEME.test(uri)
}

/** A URI: a UUID is one, in lower case, and an OID is one (R4 datatypes.html#uri). */
export function checkUri(place: Place, run: Run): void {
  const { value } = place
  if (typeof value !== 'string') return
  const [bare = ''] = value.split(/[#|]/, 1)
  if (bare.startsWith('urn:uuid:') && !UUID.test(bare)) checkUuid(place, bare, run)
  else if (bare.startsWith('urn:oid:') && !OID.test(bare))
    run.report(
      place,
      wrong('uri-oid', `An OID is numbers with points between, without leading zeros: ${beginningOf(value)}`),
    )
  else if (/^(?:oid|uuid):/i.test(value))
    run.report(place, wrong('uri-urn', `OIDs and UUIDs begin with urn:, as URIs: ${beginningOf(value)}`))
}

/** Upper case is told apart by systems that compare URIs as texts, and read by the others: a warning. */
function checkUuid(place: Place, uri: string, run: Run): void {
  if (UUID.test(uri.toLowerCase()))
    run.report(place, doubtful('uri-uuid', `A UUID in a URI is in lower case: ${beginningOf(uri)}`))
  else run.report(place, wrong('uri-uuid', `A UUID is 32 hexadecimal digits with dashes: ${beginningOf(uri)}`))
}

/**
 * A canonical: absolute, or a fragment that leads to a contained resource (R4 references.html#canonical). A warning: R4's own examples
 * have relative ones.
 */
export function checkCanonical(place: Place, run: Run): void {
  const { value } = place
  if (typeof value === 'string' && !value.startsWith('#') && !isAbsolute(value))
    run.report(
      place,
      doubtful('canonical-absolute', `A canonical is absolute, or leads to what is contained: ${beginningOf(value)}`),
    )
  else checkUri(place, run)
}
