import type { Place } from '../place.ts'
import type { Checking } from './checking.ts'
import { fits, isFixed } from './fixed.ts'
import type { ElementNode } from './node.ts'
import { isBeyond } from './range.ts'

/** Tells what is wrong with a value by what a profile says of it: fixed values, patterns, ranges, lengths. */
export function checkValue(place: Place, node: ElementNode, checking: Checking): void {
  const { rules } = node
  if (rules.fixed !== undefined && !isFixed(place, rules.fixed)) {
    tell(place, node, checking, 'profile-fixed', `must be exactly ${shown(rules.fixed)}`)
  }
  if (rules.pattern !== undefined && !fits(place.value, rules.pattern)) {
    tell(place, node, checking, 'profile-pattern', `must have ${shown(rules.pattern)} in it`)
  }
  if (rules.minValue !== undefined && isBeyond(place.value, rules.minValue, -1)) {
    tell(place, node, checking, 'profile-min-value', `must not be less than ${shown(rules.minValue)}`)
  }
  if (rules.maxValue !== undefined && isBeyond(place.value, rules.maxValue, 1)) {
    tell(place, node, checking, 'profile-max-value', `must not be more than ${shown(rules.maxValue)}`)
  }
  const { maxLength } = rules
  if (maxLength !== undefined && typeof place.value === 'string' && [...place.value].length > maxLength) {
    tell(place, node, checking, 'profile-max-length', `must not be longer than ${maxLength} characters`)
  }
}

/** What a profile demands, and where it does, for people. */
export function by(node: ElementNode, checking: Checking): string {
  return `by ${node.id} of the profile ${checking.profile}`
}

function tell(place: Place, node: ElementNode, checking: Checking, messageId: string, what: string): void {
  checking.report(place, {
    severity: 'error',
    code: 'value',
    messageId,
    diagnostics: `${place.name || place.type} ${what}, ${by(node, checking)}`,
  })
}

/** A value of a profile in a message: profiles are no secret, but may be long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
