import { storableTypes } from '../../resources/definitions/definitions.ts'
import { allOf, type Expression } from '../../search/expression.ts'
import type { Restriction } from '../../search/searcher.ts'
import { PERMISSIONS, type Permission } from '../access.ts'
import { type CriteriaPlace, strictCriteria, wholeQuery } from '../criteria.ts'
import { binariesJudged, type Grant } from '../grant.ts'
import type { Identity } from '../identity.ts'
import { ofPatient } from '../level.ts'
import { ALL, anyOf, NONE } from '../restrictions.ts'
import { NEVER_WILD } from '../scope-grant.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { namesOf } from './type-groups.ts'
import { patientOf, withValues } from './variables.ts'

/** What a policy comes to for one caller: what it lets pass of the scopes, and the elements that are withheld or may change. */
export interface CompiledPolicy extends Grant {
  hidden: Record<string, readonly string[]>
  writable: Record<string, readonly string[]>
}

/** For whom a policy is compiled, and with what. */
export interface PolicyPlace extends CriteriaPlace {
  sharedTypes: ReadonlySet<string>
}

/** Compiles a policy for a caller. A type that no rule is for gives nothing, and so do criteria that are wrong for it. */
export async function compilePolicy(policy: Policy, identity: Identity, place: PolicyPlace): Promise<CompiledPolicy> {
  const byType: Record<Permission, Record<string, Expression>> = { c: {}, r: {}, u: {}, d: {}, s: {} }
  const hidden: Record<string, readonly string[]> = {}
  const writable: Record<string, readonly string[]> = {}
  for (const type of storableTypes) {
    const rules = rulesOf(policy, type)
    if (rules.length === 0) continue
    const filters = await Promise.all(rules.map((rule) => filterOf(rule, type, identity, place)))
    for (const permission of PERMISSIONS) {
      const parts = rules.flatMap((rule, at) =>
        rule.interactions.includes(permission) ? [filters[at]!(permission)] : [],
      )
      byType[permission][type] = anyOf(parts)
    }
    const withheld = rules.flatMap((rule) => rule.hidden ?? [])
    if (withheld.length > 0) hidden[type] = [...new Set(withheld)]
    const open = writableOf(rules)
    if (open) writable[type] = open
  }
  const may = PERMISSIONS.map((permission) => [permission, { byType: byType[permission], others: NONE }] as const)
  return { ...binariesJudged(Object.fromEntries(may) as Record<Permission, Restriction>), hidden, writable }
}

/** The rules for a type: those that name it, else those of its group, else those for all. */
export function rulesOf({ rules }: Policy, type: string): PolicyRule[] {
  const names = NEVER_WILD.has(type) ? [type] : namesOf(type)
  for (const name of names) {
    const found = rules.filter(({ types }) => types.includes(name))
    if (found.length > 0) return found
  }
  return []
}

async function filterOf(
  { where, compartment }: PolicyRule,
  type: string,
  identity: Identity,
  place: PolicyPlace,
): Promise<(permission: Permission) => Expression> {
  const patient = patientOf(identity)
  const parts = await Promise.all((where ?? []).map((one) => criterionOf(one, type, identity, place)))
  const criteria = where ? anyOf(parts.map((part) => part ?? NONE)) : ALL
  return (permission) => {
    if (!compartment) return criteria
    if (patient === undefined) return NONE
    return allOf([ofPatient(patient, type, permission, place.sharedTypes), criteria])
  }
}

/**
 * What a criterion of a policy comes to for a caller; undefined, which gives nothing, where a variable has no value or the
 * type does not know the criterion.
 */
export async function criterionOf(
  where: string,
  type: string,
  identity: Identity,
  place: CriteriaPlace,
): Promise<Expression | undefined> {
  const text = withValues(where, identity)
  const pairs = text === undefined ? undefined : wholeQuery(text)
  return pairs && strictCriteria(type, pairs, place)
}

/** The elements that updates may change; undefined where a rule that lets update names none. */
function writableOf(rules: readonly PolicyRule[]): string[] | undefined {
  const updating = rules.filter(({ interactions }) => interactions.includes('u'))
  if (updating.length === 0 || updating.some((rule) => !rule.writable)) return undefined
  return [...new Set(updating.flatMap(({ writable = [] }) => writable))]
}
