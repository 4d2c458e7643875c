import type { Place, Run } from '../place.ts'
import type { Bundle, EntryIndex } from './entry-index.ts'
import { checkReached, checkWithin, referencesAt } from './within.ts'

/** A message: what its MessageHeader is about is in the Bundle (R4 messaging.html). That a MessageHeader comes first is bdl-12. */
export function checkMessage(place: Place, bundle: Bundle, index: EntryIndex, run: Run): void {
  const header = bundle.entry?.[0]?.resource
  if (header?.resourceType !== 'MessageHeader') return
  for (const told of referencesAt(header, 'focus')) checkWithin(place, told, index, run)
  checkReached(place, bundle, index, run)
}
