import { beginningOf } from '../../beginning.ts'
import { parseReference } from '../../references.ts'
import type { Place, Run } from '../place.ts'
import { type Bundle, EntryIndex } from './entry-index.ts'

const indexes = new WeakMap<object, EntryIndex>()

/** A relative reference that names an entry by its UUID is of the type of that entry's resource. */
export function checkReference(place: Place, run: Run): void {
  const { reference } = place.value as { reference?: unknown }
  if (typeof reference !== 'string' || reference.length < 36) return
  const parsed = parseReference(reference)
  if (parsed.kind !== 'relative') return
  const entry = entryAround(place)
  const bundle = entry?.parent?.value as Bundle | undefined
  if (entry?.index === undefined || !bundle) return
  const [at] = indexOf(bundle).resolve(reference, entry.index)
  const actual = at === undefined ? undefined : bundle.entry?.[at]?.resource?.resourceType
  if (actual === undefined || actual === parsed.type) return
  const diagnostics = `${beginningOf(reference)} leads to an entry with ${actual}.`
  run.report(
    place,
    { severity: 'error', code: 'structure', messageId: 'bundle-reference-type', diagnostics },
    'reference',
  )
}

function entryAround(place: Place): Place | undefined {
  let at: Place | undefined = place.resource
  if (at.name === 'contained') at = at.parent?.resource
  return at?.parent?.type === 'Bundle.entry' ? at.parent : undefined
}

function indexOf(bundle: Bundle): EntryIndex {
  let index = indexes.get(bundle)
  if (!index) {
    index = new EntryIndex(bundle)
    indexes.set(bundle, index)
  }
  return index
}
