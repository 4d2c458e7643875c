import type { Check, Layer } from '../place.ts'
import { checkDocument } from './document.ts'
import { type Bundle, EntryIndex } from './entry-index.ts'
import { checkFullUrls } from './full-urls.ts'
import { checkLinks } from './links.ts'
import { checkMessage } from './message.ts'
import { checkReference } from './reference.ts'
import { checkRequests } from './requests.ts'
import { checkSearchset } from './searchset.ts'

const checkBundle: Check = (place, run) => {
  const bundle = place.value as Bundle
  checkLinks(place, bundle, run)
  checkFullUrls(place, bundle, run)
  if (bundle.type === 'document') checkDocument(place, bundle, new EntryIndex(bundle), run)
  else if (bundle.type === 'message') checkMessage(place, bundle, new EntryIndex(bundle), run)
  else if (bundle.type === 'searchset') checkSearchset(place, bundle, run)
  else if (bundle.type === 'transaction' || bundle.type === 'batch') checkRequests(place, bundle, run)
}

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ['Bundle', checkBundle],
  ['Reference', checkReference],
])

/** Rules of Bundles beyond their invariants (R4 bundle.html): fullUrls, links, entries by type, references within. */
export const bundles: Layer = {
  name: 'bundle',
  checkOf: (type) => CHECKS.get(type),
}
