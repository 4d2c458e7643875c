import { storableTypes } from '../../resources/definitions/definitions.ts'
import type { Expression } from '../../search/expression.ts'
import type { Restriction } from '../../search/searcher.ts'
import { PERMISSIONS, type Permission } from '../access.ts'
import { type CriteriaPlace, strictCriteria, wholeQuery } from '../criteria.ts'
import { binariesJudged, type Grant } from '../grant.ts'
import type { Identity } from '../identity.ts'
import type { PatientLevel } from '../level.ts'
import { ALL, anyOf, inCommon, NONE } from '../restrictions.ts'
import { NEVER_WILD } from '../scope-grant.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { namesOf } from './type-groups.ts'
import { withValues } from './variables.ts'

/** What a policy comes to for one caller: what it lets pass of the scopes, and the elements that are withheld or may change. */
export interface CompiledPolicy extends Grant {
  hidden: Record<string, readonly string[]>
  writable: Record<string, readonly string[]>
}

/** For whom a policy is compiled, and with what. */
export interface PolicyPlace extends CriteriaPlace {
  /** Of the patient that the caller acts for (`patientOf`), if there is one. */
  ofPatient: PatientLevel | undefined
}

/** Compiles a policy for a caller. A type that no rule is for gives nothing, and so do criteria that are wrong for it. */
export async function compilePolicy(policy: Policy, identity: Identity, place: PolicyPlace): Promise<CompiledPolicy> {
  const byType: Record<Permission, Record<string, Expression>> = { c: {}, r: {}, u: {}, d: {}, s: {} }
  const hidden: Record<string, readonly string[]> = {}
  const writable: Record<string, readonly string[]> = {}
  for (const [type, rules] of plannedRules(policy)) {
    const criteria = rules.some(({ where }) => where)
      ? await Promise.all(rules.map(({ where }) => criteriaOf(where, type, identity, place)))
      : []
    for (const permission of PERMISSIONS) {
      const given = rules.map((rule, at) => filterOf(rule, criteria[at] ?? ALL, type, permission, place))
      byType[permission][type] = anyOf(given)
    }
    const withheld = rules.flatMap((rule) => rule.hidden ?? [])
    if (withheld.length > 0) hidden[type] = [...new Set(withheld)]
    const open = writableOf(rules)
    if (open) writable[type] = open
  }
  const may = PERMISSIONS.map((permission) => [permission, { byType: byType[permission], others: NONE }] as const)
  return { ...binariesJudged(Object.fromEntries(may) as Record<Permission, Restriction>), hidden, writable }
}

const plans = new WeakMap<Policy, ReadonlyMap<string, readonly PolicyRule[]>>()

/** The rules of each type that has some; of a policy that comes again they are known. */
function plannedRules(policy: Policy): ReadonlyMap<string, readonly PolicyRule[]> {
  const known = plans.get(policy)
  if (known) return known
  const all = [...storableTypes].map((type) => [type, rulesOf(policy, type)] as const)
  const plan = new Map(all.filter(([, rules]) => rules.length > 0))
  plans.set(policy, plan)
  return plan
}

/** The rules for a type: those that name it, else those of its group, else those for all. */
function rulesOf({ rules }: Policy, type: string): PolicyRule[] {
  const names = NEVER_WILD.has(type) ? [type] : namesOf(type)
  for (const name of names) {
    const found = rules.filter(({ types }) => types.includes(name))
    if (found.length > 0) return found
  }
  return []
}

function filterOf(
  { interactions, compartment }: PolicyRule,
  criteria: Expression,
  type: string,
  permission: Permission,
  { ofPatient }: PolicyPlace,
): Expression {
  if (!interactions.includes(permission)) return NONE
  if (!compartment) return criteria
  return ofPatient ? inCommon(ofPatient(type, permission), criteria) : NONE
}

async function criteriaOf(
  where: PolicyRule['where'],
  type: string,
  identity: Identity,
  place: PolicyPlace,
): Promise<Expression> {
  if (!where) return ALL
  return anyOf(await Promise.all(where.map(async (one) => (await criterionOf(one, type, identity, place)) ?? NONE)))
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
