import { codedOf } from '../bindings/codings.ts'
import type { Place } from '../place.ts'
import type { Checking, Others } from './checking.ts'
import { rootOf } from './discriminator-ends.ts'
import { fits, isFixed } from './fixed.ts'
import { childrenOf, type ElementNode } from './node.ts'
import { placesAt } from './places.ts'

/** Whether something is met; undefined where it is not known (yet), `silent` where there is nothing to be met. */
export type Met = boolean | undefined | 'silent'

/** Whether a value has the fixed values and patterns, and is in the required value sets, of an element and of those below it. */
export function holds(place: Place, node: ElementNode, checking: Checking, others: Others): Met {
  const own = both(ownHolds(place, node), bindingHolds(place, node, checking))
  if (own === false) return false
  let met: Met = own
  for (const child of childrenOf(node)) {
    const one = childHolds(place, child, checking, others)
    if (one === false) return false
    met = both(met, one)
  }
  return met === 'silent' ? profileHolds(place, node, checking, others) : met
}

function both(one: Met, other: Met): Met {
  if (one === false || other === false) return false
  if (one === undefined || other === undefined) return undefined
  return one === 'silent' ? other : one
}

function ownHolds(place: Place, { rules }: ElementNode): Met {
  if (rules.fixed === undefined && rules.pattern === undefined) return 'silent'
  if (rules.fixed !== undefined && !isFixed(place, rules.fixed)) return false
  return rules.pattern === undefined || fits(place.value, rules.pattern)
}

function bindingHolds(place: Place, { rules }: ElementNode, checking: Checking): Met {
  if (rules.binding?.strength !== 'required') return 'silent'
  const coded = codedOf(place)
  if (!coded) return 'silent'
  if (coded.codings.length === 0) return false
  const { codings, inferSystem } = coded
  const question = { codings, valueSet: rules.binding.valueSet, ...(inferSystem && { inferSystem }) }
  const verdict = checking.run.known.verdict(question)
  return verdict === undefined || verdict.result === 'unknown' ? undefined : verdict.result === 'in'
}

function childHolds(place: Place, child: ElementNode, checking: Checking, others: Others): Met {
  if (child.telling.length === 0 && child.slices.length === 0 && child.min === 0 && isEmpty(child)) return 'silent'
  const places = placesAt(place, child.name)
  let met: Met = 'silent'
  for (const slice of child.slices) {
    if (slice.min === 0) continue
    const found = places.map((one) => holds(one, slice, checking, others))
    const one = found.includes(true)
      ? true
      : found.includes(undefined)
        ? undefined
        : found.length === 0 || found.includes(false)
          ? false
          : 'silent'
    met = both(met, one)
  }
  if (places.length < child.min && !isEmpty(child)) return false
  for (const one of places) met = both(met, holds(one, child, checking, others))
  return met
}

function isEmpty({ rules, telling }: ElementNode): boolean {
  return rules.fixed === undefined && rules.pattern === undefined && rules.binding === undefined && telling.length === 0
}

/** An element that says nothing itself may be of a profile that does. */
function profileHolds(place: Place, node: ElementNode, checking: Checking, others: Others): Met {
  const [profile, ...more] = node.types.flatMap((type) => type.profiles)
  if (profile === undefined || more.length > 0) return 'silent'
  const root = rootOf(profile, checking.run.known)
  if (root === undefined) return undefined
  return root ? holds(place, root, checking, others) : 'silent'
}
