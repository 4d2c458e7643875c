import { referredType } from '../../references.ts'
import type { Place } from '../place.ts'
import type { Checking, Others } from './checking.ts'
import { nodesAt, valuesAt } from './discriminator-ends.ts'
import { type Step, stepsOf } from './discriminator-path.ts'
import { holds, type Met } from './holds.ts'
import type { Discriminator, ElementNode } from './node.ts'
import { coreType } from './reference.ts'
import { isOfType } from './types.ts'

/** Whether a value has what a slice says at the end of a discriminator's path. */
export function meets(
  place: Place,
  slice: ElementNode,
  { type, path }: Discriminator,
  checking: Checking,
  others: Others,
): Met {
  const steps = stepsOf(path)
  if (!steps) return undefined
  if (type === 'profile') return meetsProfile(place, slice, steps, checking, others)
  const nodes = nodesAt(slice, steps, checking.run.known)
  if (!nodes) return undefined
  if (type === 'type') return meetsType(place, nodes, steps, checking)
  const values = valuesAt(place, steps, checking)
  if (!values) return undefined
  if (type === 'exists') return meetsExistence(nodes, values)
  return meetsValue(nodes, values, checking, others)
}

function meetsExistence(nodes: readonly ElementNode[], values: readonly Place[]): Met {
  if (nodes.some(({ max }) => max === 0)) return values.length === 0
  return nodes.some(({ min }) => min > 0) ? values.length > 0 : 'silent'
}

/** One value that has what one of the elements says is enough: of several codings, one. */
function meetsValue(nodes: readonly ElementNode[], values: readonly Place[], checking: Checking, others: Others): Met {
  let found: Met = 'silent'
  for (const node of nodes) {
    if (node.max === 0) return values.length === 0
    let some: Met = values.length === 0 && isTelling(node) ? false : 'silent'
    for (const value of values) {
      const met = holds(value, node, checking, others)
      if (met === true) return true
      if (met !== 'silent') some = met === undefined || some === undefined ? undefined : met
    }
    if (some !== 'silent') found = found === undefined || some === undefined ? undefined : some
  }
  // What says nothing but that it must be there is told by that.
  return found === 'silent' && nodes.some(({ min }) => min > 0) ? values.length > 0 : found
}

function isTelling({ rules, types }: ElementNode): boolean {
  if (rules.fixed !== undefined || rules.pattern !== undefined || rules.binding?.strength === 'required') return true
  return types.some(({ profiles }) => profiles.length > 0)
}

function meetsType(place: Place, nodes: readonly ElementNode[], steps: readonly Step[], checking: Checking): Met {
  const types = nodes.flatMap((node) => node.types)
  if (types.length === 0) return 'silent'
  const values = valuesAt(place, steps, checking)
  // The type of what a reference leads to may be known by the reference alone.
  if (!values || (values.length === 0 && steps.at(-1)?.kind === 'resolve')) {
    const named = referredTo(place, steps, checking)
    return named === undefined ? undefined : types.some(({ code }) => code === named)
  }
  return values.some((value) => types.some(({ code }) => isOfType(value, code)))
}

function referredTo(place: Place, steps: readonly Step[], checking: Checking): string | undefined {
  if (steps.at(-1)?.kind !== 'resolve') return undefined
  const [reference] = valuesAt(place, steps.slice(0, -1), checking) ?? []
  return reference && referredType(reference.value as { reference?: unknown; type?: unknown })
}

function meetsProfile(
  place: Place,
  slice: ElementNode,
  steps: readonly Step[],
  checking: Checking,
  others: Others,
): Met {
  const follows = steps.at(-1)?.kind === 'resolve'
  const nodes = nodesAt(slice, follows ? steps.slice(0, -1) : steps, checking.run.known)
  if (!nodes) return undefined
  const profiles = nodes.flatMap(({ types }) => types.flatMap((type) => (follows ? type.targets : type.profiles)))
  if (profiles.length === 0) return follows ? 'silent' : meetsType(place, nodes, steps, checking)
  const values = valuesAt(place, steps, checking)
  if (!values || (values.length === 0 && follows))
    return mayLead(referredTo(place, steps, checking), profiles, checking)
  let met: Met = false
  for (const value of values) {
    for (const profile of profiles) {
      const core = coreType(profile)
      const depth = checking.depth + (follows ? 1 : 0)
      const one = core ? value.type === core : others.ask(value, profile, checking, depth).conforms
      if (one === true) return true
      if (one === undefined) met = undefined
    }
  }
  return met
}

/** Of a target that cannot be had, its type alone can tell that it is of none of the profiles. */
function mayLead(type: string | undefined, profiles: readonly string[], checking: Checking): Met {
  if (type === undefined) return undefined
  const possible = profiles.some((profile) => {
    const structure = checking.run.known.structure(profile)
    return coreType(profile) === type || !structure || structure.type === type
  })
  return possible ? undefined : false
}
