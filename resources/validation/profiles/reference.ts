import { resourceTypes } from '../../definitions/definitions.ts'
import { referredType } from '../../references.ts'
import type { Place } from '../place.ts'
import type { Checking, Others } from './checking.ts'
import type { ElementNode, NodeType } from './node.ts'
import { type Target, targetOf } from './target.ts'
import { by } from './value.ts'

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

/** Checks that what a reference leads to is of a type, and follows a profile, that it may lead to. */
export function checkReference(
  place: Place,
  node: ElementNode,
  types: readonly NodeType[],
  checking: Checking,
  others: Others,
): void {
  checkAggregation(place, node, types, checking)
  // A canonical names definitions of other kinds, that are known by their url alone.
  if (place.type !== 'Reference' || types.some(({ targets }) => targets.length === 0)) return
  const targets = types.flatMap((type) => type.targets)
  const named = referredType(place.value as { reference?: unknown; type?: unknown })
  const profiles = targets.filter((target) => coreType(target) === undefined)
  // What leads to a type of R4 itself may lead to all of that type: its targets need not be had.
  if (profiles.length === 0 && named !== undefined) {
    checkType(place, node, targets, named, checking)
    return
  }
  const target = checking.depth > 0 && named !== undefined ? undefined : targetOf(place, checking.run)
  const type = target?.place.type ?? named
  if (type === undefined) return
  const core = targets.some((one) => coreType(one) === type || isAny(one))
  if (core) return
  const fitting = profiles.filter((one) => mayBeOf(one, type, checking))
  if (fitting.length === 0) checkType(place, node, targets, type, checking)
  else if (target && checking.depth === 0) checkTarget(place, node, target, fitting, checking, others)
}

function isAny(canonical: string): boolean {
  return canonical === `${PREFIX}Resource` || canonical === `${PREFIX}DomainResource`
}

/** The type of R4 that a canonical names; undefined for a profile. */
export function coreType(canonical: string): string | undefined {
  if (!canonical.startsWith(PREFIX)) return undefined
  const name = canonical.slice(PREFIX.length).split('|')[0]!
  return resourceTypes.has(name) ? name : undefined
}

/** Whether a profile is one of a type, as far as that is known. */
function mayBeOf(profile: string, type: string, checking: Checking): boolean {
  const structure = checking.run.known.structure(profile)
  if (structure === undefined) checking.wait()
  return !structure || structure.type === type || isAny(PREFIX + structure.type)
}

function checkType(
  place: Place,
  node: ElementNode,
  targets: readonly string[],
  type: string,
  checking: Checking,
): void {
  if (targets.some((target) => coreType(target) === type || isAny(target))) return
  if (!resourceTypes.has(type)) return
  if (targets.some((target) => coreType(target) === undefined && mayBeOf(target, type, checking))) return
  checking.report(place, {
    severity: 'error',
    code: 'structure',
    messageId: 'profile-reference-type',
    diagnostics: `a reference to ${type} is not allowed here, but to ${targets.map(bareName).join(', ')}, ${by(node, checking)}`,
  })
}

function bareName(canonical: string): string {
  return canonical.slice(canonical.lastIndexOf('/') + 1)
}

/** What is in the same body is the sender's to mend; what is elsewhere may be another's. */
function checkTarget(
  place: Place,
  node: ElementNode,
  target: Target,
  profiles: readonly string[],
  checking: Checking,
  others: Others,
): void {
  const results = profiles.map((profile) => others.ask(target.place, profile, checking, checking.depth + 1))
  if (results.some(({ conforms }) => conforms !== false)) return
  checking.report(place, {
    severity: target.held === 'referenced' ? 'warning' : 'error',
    code: 'structure',
    messageId: 'profile-reference-target',
    diagnostics: `what it leads to follows none of ${profiles.join(', ')}, ${by(node, checking)}`,
  })
  for (const [at, { faults }] of results.entries()) {
    for (const fault of faults) {
      checking.report(place, {
        severity: 'information',
        code: 'informational',
        messageId: 'profile-reference-detail',
        diagnostics: `${bareName(profiles[at]!)} is not followed: ${fault}`,
      })
    }
  }
}

function checkAggregation(place: Place, node: ElementNode, types: readonly NodeType[], checking: Checking): void {
  const modes = types.flatMap((type) => type.aggregation)
  const text = (place.value as { reference?: unknown } | undefined)?.reference
  if (modes.length === 0 || types.some(({ aggregation }) => aggregation.length === 0) || typeof text !== 'string')
    return
  const held = text.startsWith('#') ? 'contained' : (targetOf(place, checking.run)?.held ?? 'referenced')
  // What is in the Bundle is referenced as well.
  if (modes.includes(held) || (held === 'bundled' && modes.includes('referenced'))) return
  checking.report(place, {
    severity: 'error',
    code: 'structure',
    messageId: 'profile-aggregation',
    diagnostics: `what it leads to must be ${modes.join(' or ')}, ${by(node, checking)}`,
  })
}
