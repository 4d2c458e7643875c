import { beginningOf } from '../../beginning.ts'
import type { Place, Run } from '../place.ts'
import { unfit } from './finding.ts'

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:./

/** The url of a definition is absolute, and has no version (R4 resource.html#canonical). */
export function checkCanonicalUrl(place: Place, run: Run): void {
  const { url } = place.value as { url?: unknown }
  if (typeof url === 'string' && !SCHEME.test(url))
    run.report(place, unfit('definition-url', `The url of a definition is absolute: ${beginningOf(url)}`), 'url')
}
