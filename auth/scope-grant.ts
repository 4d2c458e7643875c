import { storableTypes } from '../resources/definitions/definitions.ts'
import { allOf, type Expression } from '../search/expression.ts'
import { isDefined } from '../search/parameters.ts'
import type { Restriction } from '../search/searcher.ts'
import { PERMISSIONS, type Permission } from './access.ts'
import { type CriteriaPlace, hasHops, sizeOf, strictCriteria } from './criteria.ts'
import { binariesJudged, type Grant } from './grant.ts'
import { ofPatient, typesOfPatient } from './level.ts'
import { ALL, anyOf, NONE } from './restrictions.ts'
import type { ResourceScope, ScopeLevel } from './scopes.ts'

/** Values that the criteria of all scopes of a token compare with at the most; those beyond give nothing. */
const MOST_VALUES = 20_000

/** Types that a wildcard never means: they take a scope, or a rule of a policy, of their own. */
export const NEVER_WILD: ReadonlySet<string> = new Set(['AuditEvent'])

/** For whom scopes are compiled. */
export interface GrantPlace extends CriteriaPlace {
  /** Id of the Patient in context; without one scopes for a patient give nothing. */
  patient: string | undefined
  shared: ReadonlySet<string>
}

/** A scope with what its criteria come to for each type that knows them; undefined where it has none. */
interface Compiled extends ResourceScope {
  filters: ReadonlyMap<string, Expression> | undefined
}

/** What scopes give, united, for each permission. */
export async function grantOf(scopes: readonly ResourceScope[], place: GrantPlace): Promise<Grant> {
  const usable = scopes.filter(({ level }) => level !== 'patient' || place.patient !== undefined)
  let room = MOST_VALUES
  const compiled: Compiled[] = []
  for (const scope of usable) {
    const filters = scope.criteria.length > 0 ? await filtersOf(scope, place) : undefined
    for (const where of filters?.values() ?? []) room -= sizeOf(where)
    if (filters === undefined || room >= 0) compiled.push({ ...scope, filters })
  }
  const byPermission = PERMISSIONS.map((permission) => [permission, ofPermission(compiled, permission, place)] as const)
  const linked = compiled.some((scope) => readsBinariesOfPatient(scope)) ? ALL : NONE
  return binariesJudged(Object.fromEntries(byPermission) as Record<Permission, Restriction>, linked)
}

/** A Binary is in no compartment: a scope for a patient gives those that belong to what is. */
function readsBinariesOfPatient({ level, type, permissions, filters }: Compiled): boolean {
  return level === 'patient' && (type === '*' || type === 'Binary') && permissions.includes('r') && !filters
}

/** What the criteria of a scope come to. They may not look at other resources, which the scope does not give. */
async function filtersOf({ type, criteria }: ResourceScope, place: GrantPlace): Promise<Map<string, Expression>> {
  const filters = new Map<string, Expression>()
  const types = type === '*' ? [...storableTypes].filter((one) => !NEVER_WILD.has(one)) : [type]
  for (const one of types) {
    if (!criteria.every(([name]) => mayKnow(one, name, place))) continue
    const where = await strictCriteria(one, criteria, place)
    if (where && !hasHops(where)) filters.set(one, where)
  }
  return filters
}

/** Whether a type may know a parameter: to ask costs less than to read a criterion for each of all types. */
function mayKnow(type: string, name: string, { context }: GrantPlace): boolean {
  const code = name.split(':', 1)[0]!
  return code.startsWith('_') || isDefined(type, code, context.parameters)
}

function ofPermission(scopes: readonly Compiled[], permission: Permission, place: GrantPlace): Restriction {
  const own = scopes.filter(({ permissions }) => permissions.includes(permission))
  const wild = own.filter(({ type, filters }) => type === '*' && !filters)
  const isForAll = wild.some(({ level }) => level !== 'patient')
  const types = new Set([
    ...own.flatMap(({ type, filters }) => (filters ? [...filters.keys()] : type === '*' ? [] : [type])),
    ...(wild.some(({ level }) => level === 'patient') ? typesOfPatient(place.shared) : []),
    ...NEVER_WILD,
  ])
  const byType = [...types].map((type) => [type, ofType(own, type, permission, place)] as const)
  return { byType: Object.fromEntries(byType), others: isForAll ? ALL : NONE }
}

/** What the scopes of one permission give of a type: for each level what it gives, cut by any of its filters. */
function ofType(scopes: readonly Compiled[], type: string, permission: Permission, place: GrantPlace): Expression {
  const levels: readonly ScopeLevel[] = ['patient', 'user', 'system']
  return anyOf(
    levels.map((level) => {
      const filters = scopes.filter((scope) => scope.level === level).map((scope) => filterOf(scope, type))
      const filter = anyOf(filters)
      if (filter.kind === 'none' || level !== 'patient') return filter
      return allOf([ofPatient(place.patient!, type, permission, place.shared), filter])
    }),
  )
}

function filterOf({ type: named, filters }: Compiled, type: string): Expression {
  if (named === '*' ? NEVER_WILD.has(type) : named !== type) return NONE
  return filters ? (filters.get(type) ?? NONE) : ALL
}
