import { typeTable } from '../../definitions/definitions.ts'
import type { Place } from '../place.ts'
import type { Checking, Others } from './checking.ts'
import type { ElementNode, NodeType } from './node.ts'
import { checkReference } from './reference.ts'
import { by } from './value.ts'

/** Types that stand for whatever comes in their place. */
const ANY = new Set(['Resource', 'DomainResource', 'Element', 'BackboneElement', '*'])

/** Whether a value is of a type that a profile names. */
export function isOfType(place: Place, code: string): boolean {
  if (place.type === code || ANY.has(code)) return true
  return code === 'Quantity' && QUANTITIES.has(place.type)
}

const QUANTITIES = new Set(['Age', 'Count', 'Distance', 'Duration', 'MoneyQuantity', 'SimpleQuantity'])

/** Checks a value's type, and the profiles on its type. Answers false where the type is wrong: no more can be said of it then. */
export function checkTypes(place: Place, node: ElementNode, checking: Checking, others: Others): boolean {
  const { types } = node.rules
  if (!types) return true
  const fitting = types.filter((type) => isOfType(place, type.code))
  if (fitting.length === 0) {
    if (!typeTable(place.type)) return true
    checking.report(place, {
      severity: 'error',
      code: 'structure',
      messageId: 'profile-type',
      diagnostics: `${place.type} is not allowed here, but ${names(types)}, ${by(node, checking)}`,
    })
    return false
  }
  checkProfiles(place, node, fitting, checking, others)
  if (place.type === 'Reference' || place.type === 'canonical') checkReference(place, node, fitting, checking, others)
  return true
}

function names(types: readonly NodeType[]): string {
  return [...new Set(types.map(({ code }) => code))].join(', ')
}

function checkProfiles(
  place: Place,
  node: ElementNode,
  types: readonly NodeType[],
  checking: Checking,
  others: Others,
): void {
  if (types.some(({ profiles }) => profiles.length === 0)) return
  const profiles = types.flatMap((type) => type.profiles)
  if (profiles.length === 1) {
    others.hold(place, profiles[0]!, checking)
    return
  }
  const results = profiles.map((profile) => others.ask(place, profile, checking, checking.depth))
  if (results.some(({ conforms }) => conforms !== false)) return
  checking.report(place, {
    severity: 'error',
    code: 'structure',
    messageId: 'profile-type-profile',
    diagnostics: `follows none of the profiles ${profiles.join(', ')}, ${by(node, checking)}: ${results.flatMap(({ faults }) => faults.slice(0, 1)).join('; ')}`,
  })
}
