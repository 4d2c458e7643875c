import type { Finding, Place } from '../place.ts'
import { type Checking, isBearable, type Others } from './checking.ts'
import { checkConstraints } from './constraints.ts'
import type { ElementNode } from './node.ts'
import { placesAt } from './places.ts'
import { saySomething } from './rules.ts'
import { slice } from './slices.ts'
import { checkTypes } from './types.ts'
import { by, checkValue } from './value.ts'

/** Checks a value, and all that is in it, by an element of a profile. */
export function checkElement(place: Place, node: ElementNode, checking: Checking, others: Others): void {
  if (checking.over() || !isBearable(place, checking)) return
  if (!checkTypes(place, node, checking, others)) return
  checkValue(place, node, checking)
  checkConstraints(place, node, checking)
  for (const child of node.telling) checkMember(place, child, checking, others)
}

function checkMember(around: Place, node: ElementNode, checking: Checking, others: Others): void {
  const places = placesAt(around, node.name)
  const wrong = checkCount(around, node, places.length, places.length, checking)
  if (wrong && places.length === 0) return
  checkAll(around, places, node, checking, others)
}

function checkAll(
  around: Place,
  places: readonly Place[],
  node: ElementNode,
  checking: Checking,
  others: Others,
): void {
  if (node.slices.length === 0) {
    for (const place of places) checkElement(place, node, checking, others)
    return
  }
  const { slices, sliceOf } = slice(places, node, checking, others)
  const unknown = sliceOf.filter((one) => one === null).length
  if (unknown > 0) checking.wait()
  for (const [at, place] of places.entries()) {
    // What is said of all is said of what is in slices, too.
    if (sliceOf[at] === undefined) checkUnsliced(place, node, checking, others)
    else if (says(node)) checkElement(place, node, checking, others)
  }
  for (const [one, its] of slices) {
    checkCount(around, one, its.length, its.length + unknown, checking)
    checkAll(around, its, one, checking, others)
  }
  checkOrder(places, node, sliceOf, checking)
}

function says({ rules, telling }: ElementNode): boolean {
  return telling.length > 0 || saySomething(rules)
}

/** What is in no slice is an error where there may be no such; else it is held against what is said of all. */
function checkUnsliced(place: Place, node: ElementNode, checking: Checking, others: Others): void {
  if (node.slicing?.rules !== 'closed') {
    checkElement(place, node, checking, others)
    return
  }
  const names = node.slices.map(({ sliceName }) => sliceName).join(', ')
  checking.report(place, error('profile-slice-closed', `is in none of the slices ${names}`, place.name, node, checking))
}

function checkOrder(
  places: readonly Place[],
  node: ElementNode,
  sliceOf: readonly (ElementNode | undefined | null)[],
  checking: Checking,
): void {
  const { slicing } = node
  if (!slicing || (!slicing.ordered && slicing.rules !== 'openAtEnd')) return
  let last = 0
  for (const [at, one] of sliceOf.entries()) {
    if (one === null) continue
    const rank = one ? node.slices.indexOf(one) : slicing.rules === 'openAtEnd' ? node.slices.length : last
    const now = slicing.ordered || !one ? rank : 0
    if (now < last) {
      const what = 'comes after what it must come before, by the order of the slices,'
      checking.report(places[at]!, error('profile-slice-order', what, node.name, node, checking))
    }
    last = Math.max(last, now)
  }
}

/** Checks how many there are. `most` counts those of which it is not known whether they belong. Answers whether it is wrong. */
function checkCount(around: Place, node: ElementNode, count: number, most: number, checking: Checking): boolean {
  const slice = node.sliceName === undefined ? '' : 'slice-'
  const what = node.sliceName === undefined ? node.name : `${node.name} in the slice ${node.sliceName}`
  if (most < node.min) {
    const text =
      count === 0
        ? `lacks ${what}: at least ${node.min} must be there`
        : `has ${count} of ${what}, but must have at least ${node.min}`
    checking.report(
      around,
      error(`profile-${slice}min`, text, around.name || around.type, node, checking),
      memberOf(node),
    )
    return true
  }
  if (count > node.max) {
    const text =
      node.max === 0 ? `must have no ${what}` : `has ${count} of ${what}, but must have ${node.max} at the most`
    checking.report(
      around,
      error(`profile-${slice}max`, text, around.name || around.type, node, checking),
      memberOf(node),
    )
    return true
  }
  return false
}

/** The name of an element in an expression: `value` for `value[x]`. */
export function memberOf({ name }: ElementNode): string {
  return name.endsWith('[x]') ? name.slice(0, -3) : name
}

function error(messageId: string, what: string, who: string, node: ElementNode, checking: Checking): Finding {
  const code = messageId.endsWith('-min') ? 'required' : 'structure'
  return { severity: 'error', code, messageId, diagnostics: `${who} ${what}, ${by(node, checking)}` }
}
