import { ADMIN_SCOPE } from '../other-scopes.ts'
import { NEVER_WILD } from '../scope-grant.ts'
import { isKnownScope, parseResourceScope } from '../scopes.ts'

/** Who a scope acts for: a user through an app, or a client for itself. */
export type Flow = 'user' | 'client'

/**
 * Those of the scopes that are asked for that a client may have: known to this server, and each one named in its record or
 * within one that is. Of scopes about resources, `system/` is for clients that act for themselves, the others for those that
 * users sign in to.
 */
export function allowedScopes(asked: readonly string[], allowed: readonly string[], flow: Flow): string[] {
  return [...new Set(asked)].filter(
    (scope) => isKnownScope(scope) && fits(scope, flow) && allowed.some((wide) => isWithin(scope, wide)),
  )
}

function fits(scope: string, flow: Flow): boolean {
  const parsed = parseResourceScope(scope)
  if (parsed) return (parsed.level === 'system') === (flow === 'client')
  return flow === 'user' || scope === ADMIN_SCOPE
}

/** Whether all that a scope gives is given by another one; what no wildcard means has to be named. */
function isWithin(scope: string, wide: string): boolean {
  if (scope === wide) return true
  const [narrow, broad] = [parseResourceScope(scope), parseResourceScope(wide)]
  if (!narrow || !broad || narrow.level !== broad.level) return false
  if (broad.criteria.length > 0 && criteriaOf(scope) !== criteriaOf(wide)) return false
  const isTyped = broad.type === narrow.type || (broad.type === '*' && !NEVER_WILD.has(narrow.type))
  return isTyped && narrow.permissions.every((permission) => broad.permissions.includes(permission))
}

function criteriaOf(scope: string): string | undefined {
  const at = scope.indexOf('?')
  return at < 0 ? undefined : scope.slice(at + 1)
}
