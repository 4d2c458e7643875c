import { storableTypes } from '../resources/definitions/definitions.ts'
import type { QueryPair } from '../search/query.ts'
import { PERMISSIONS, type Permission } from './access.ts'
import { wholeQuery } from './criteria.ts'
import { OTHER_SCOPES } from './other-scopes.ts'

/** Whose resources a scope is for: those of the patient in context, what the user may see, what the client may see. */
export type ScopeLevel = 'patient' | 'user' | 'system'

/** A scope for FHIR resources, read (SMART App Launch 2, "Scopes for requesting FHIR Resources"). */
export interface ResourceScope {
  level: ScopeLevel
  /** A resource type that has an endpoint, or `*`. */
  type: string
  permissions: readonly Permission[]
  /** What a resource must meet, all of it; none where the scope is for all of the type. */
  criteria: readonly QueryPair[]
}

/** Scopes of one token at the most, and characters of one; what is beyond gives nothing. */
export const MOST_SCOPES = 256
const LONGEST_SCOPE = 2048

/** RFC 6749, 3.3: a scope is printable ASCII without a blank, `"` and `\`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

const RESOURCE_SCOPE =
  /^(?<level>patient|user|system)\/(?<type>\*|[A-Za-z]+)\.(?:(?<v1>read|write|\*)|(?<v2>c?r?u?d?s?))(?:\?(?<query>.*))?$/

/** SMART 1: `.read` reads and searches, `.write` creates, updates and deletes. */
const V1: Readonly<Record<string, readonly Permission[]>> = {
  read: ['r', 's'],
  write: ['c', 'u', 'd'],
  '*': PERMISSIONS,
}

/**
 * Reads a scope for resources: of SMART 1 (`patient/*.read`) or of SMART 2, where the letters of `cruds` come in this order
 * and criteria may follow (`patient/Observation.rs?category=laboratory`). Undefined for any other and for what is
 * malformed, which give nothing. Whether the type knows the criteria shows only when they are compiled.
 */
export function parseResourceScope(scope: string): ResourceScope | undefined {
  if (scope.length > LONGEST_SCOPE || !SCOPE_TOKEN.test(scope)) return undefined
  const { level, type, v1, v2, query } = RESOURCE_SCOPE.exec(scope)?.groups ?? {}
  if (level === undefined || type === undefined) return undefined
  if (type !== '*' && !storableTypes.has(type)) return undefined
  // SMART 1 has no criteria.
  if (v1 !== undefined && query !== undefined) return undefined
  const permissions = v1 === undefined ? PERMISSIONS.filter((one) => v2!.includes(one)) : V1[v1]!
  const criteria = query === undefined ? [] : wholeQuery(query)
  if (permissions.length === 0 || !criteria) return undefined
  return { level: level as ScopeLevel, type, permissions, criteria }
}

/** Whether this is a well-formed scope for resources: what an authorization server may grant. */
export function isResourceScope(scope: string): boolean {
  return parseResourceScope(scope) !== undefined
}

/** Whether this server knows the scope: one for resources that is well formed, or one of the others. */
export function isKnownScope(scope: string): boolean {
  return OTHER_SCOPES.has(scope) || isResourceScope(scope)
}
