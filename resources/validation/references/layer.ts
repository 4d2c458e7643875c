import { membersOf, resourceTypes } from '../../definitions/definitions.ts'
import type { Check, Layer, Place, Run } from '../place.ts'
import { checkReference } from './check.ts'
import { checkCanonical, checkUri } from './uris.ts'

/** References: their form, the types they may lead to, what is contained. */
export const references: Layer = { name: 'references', checkOf }

function checkOf(type: string): Check | undefined {
  switch (type) {
    case 'Reference':
      return checkReference
    case 'uri':
    case 'url':
      return checkUri
    case 'canonical':
      return checkCanonical
    default:
      return resourceTypes.has(type) && membersOf(type).has('contained') ? checkIds : undefined
  }
}

/** Each contained resource has an id, and another one (R4 references.html#contained). */
function checkIds(place: Place, run: Run): void {
  const { contained } = place.value as { contained?: readonly { id?: string }[] }
  if (contained === undefined) return
  const seen = new Set<string>()
  for (const [at, { id }] of contained.entries()) {
    if (id !== undefined && !seen.has(id)) seen.add(id)
    else {
      const diagnostics =
        id === undefined ? 'A contained resource must have an id.' : `Another contained resource has the id ${id}.`
      run.report(
        place,
        { severity: 'error', code: 'structure', messageId: 'contained-id', diagnostics },
        `contained[${at}]`,
      )
    }
  }
}
