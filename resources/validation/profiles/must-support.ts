import type { Place } from '../place.ts'
import type { Checking, Others } from './checking.ts'
import { memberOf } from './members.ts'
import type { ElementNode } from './node.ts'
import { placesAt } from './places.ts'
import { slice } from './slices.ts'
import { by } from './value.ts'

/** Tells the elements, and the slices, that must be supported and are not there, in what is there. */
export function tellUnsupported(place: Place, node: ElementNode, checking: Checking, others: Others): void {
  for (const child of node.supported) {
    const places = placesAt(place, child.name)
    if (places.length === 0) {
      if (child.mustSupport) tell(place, child, checking)
    } else tellAmong(place, places, child, checking, others)
  }
}

function tellAmong(
  around: Place,
  places: readonly Place[],
  node: ElementNode,
  checking: Checking,
  others: Others,
): void {
  for (const place of places) tellUnsupported(place, node, checking, others)
  if (node.slices.length === 0) return
  for (const [one, its] of slice(places, node, checking, others).slices) {
    if (its.length > 0) tellAmong(around, its, one, checking, others)
    else if (one.mustSupport) tell(around, one, checking)
  }
}

function tell(place: Place, node: ElementNode, checking: Checking): void {
  const slice = node.sliceName === undefined ? '' : ` in the slice ${node.sliceName}`
  const finding = {
    severity: 'information',
    code: 'informational',
    messageId: 'profile-must-support',
    diagnostics: `There is no ${memberOf(node)}${slice}, which must be supported, ${by(node, checking)}`,
  } as const
  checking.report(place, finding, memberOf(node))
}
