import { FhirError } from '../resources/fhir-error.ts'
import type { Expression } from '../search/expression.ts'
import { type Restriction, restrictionOf } from '../search/searcher.ts'
import type { Grant } from './break-glass/grants.ts'
import type { Denial } from './consent/denial.ts'
import type { Identity } from './identity.ts'
import { ADMIN_SCOPE } from './other-scopes.ts'
import { givesAnything } from './restrictions.ts'

/** What can be asked of the server: R4's restful interactions, `bundle` being a batch or a transaction. */
export type Interaction =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'create'
  | 'search-type'
  | 'search-system'
  | 'capabilities'
  | 'bundle'
  | 'operation'

/**
 * What SMART's scopes tell apart (SMART App Launch 2, "Scopes for requesting FHIR Resources"): create, read (also of
 * versions and an instance's history), update (also patch), delete, search (also the history of types and of all).
 */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's'

export const PERMISSIONS: readonly Permission[] = ['c', 'r', 'u', 'd', 's']

/** What a caller may do and see. Plain data: it goes along with a search, and may cross to another thread. */
export interface Access {
  /** Who asks: what is kept for a caller (page links, keys of requests) is kept under this name. */
  caller: string
  /** Absent for work of the server itself, and while AUTH is off. */
  identity?: Identity
  /** What each permission holds for. A create or update must lead to what may be created or updated. */
  may: Readonly<Record<Permission, Restriction>>
  /**
   * For what a caller may choose ids, where it is another than what it may write: a service that sends records goes on with it
   * when a patient has a Consent written, of whoever that is not about; who writes Tasks does so beside those that are closed.
   */
  choosesIds?: Readonly<Record<'u' | 'c', Restriction>>
  /** What the scopes give by themselves, where a role's policy cuts them: it tells which of the two is lacking. */
  scoped?: Readonly<Record<Permission, Restriction>>
  /** What may be read by id, and by that alone, where `may` does not hold: as far as `labels/redacted.ts` leaves something. */
  redacted?: Restriction
  /** Elements that are withheld, by type: neither shown nor searched by, and what has them is not written. */
  hidden: Readonly<Record<string, readonly string[]>>
  /** Of a type that is named here, the elements that an update may change. */
  writable: Readonly<Record<string, readonly string[]>>
  /** Security labels (`system|code`) that may be written and removed. */
  labels: readonly string[] | 'all'
  /** What else may be asked for: operations of the whole system by their code, `explain`, `break-glass`. */
  operations: readonly string[] | 'all'
  /** The policy that cut what the scopes give, with its version: `policy/coder|3`. */
  policy?: string
  /** The Consents that cut what may be seen, for those who want to know which one did (`decidedBy`). */
  denials?: readonly Denial[]
  /** Patients that the glass was broken for, and until when: whoever is answered is told. */
  emergencies?: readonly Grant[]
  /**
   * That Binaries may be read by id, and by that alone, where what they belong to may be read: the resource of their
   * securityContext or, without one, a DocumentReference that refers to them. `may.r` of Binary is then `none`.
   */
  linkedBinaries?: boolean
  /** What such Binaries have to meet themselves. */
  linkedBinariesMeet?: Expression
}

const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

/** What everyone has while AUTH is off. */
export const OPEN: Access = systemAccess('AUTH=off')

/** Access to everything, for work that no caller asked for, or while AUTH is off. */
export function systemAccess(reason: string): Access {
  return {
    caller: `system: ${reason}`,
    may: { c: EVERYTHING, r: EVERYTHING, u: EVERYTHING, d: EVERYTHING, s: EVERYTHING },
    hidden: {},
    writable: {},
    labels: 'all',
    operations: 'all',
  }
}

/** The permissions that an interaction needs: of its type, or where it is of the whole system, of some type. */
const NEEDED: Readonly<Record<Interaction, readonly Permission[]>> = {
  read: ['r'],
  vread: ['r'],
  update: ['u'],
  patch: ['u'],
  delete: ['d'],
  'history-instance': ['r'],
  'history-type': ['s'],
  'history-system': ['s'],
  create: ['c'],
  'search-type': ['s'],
  'search-system': ['s'],
  capabilities: [],
  bundle: [],
  operation: ['s'],
}

/** What is asked for: `type` is absent for what is asked of the whole system, `operation` is the code without `$`. */
export interface Asked {
  interaction: Interaction
  type?: string | undefined
  operation?: string | undefined
  /** The type of which an operation takes the permission to search, where it is another than the one it is asked of. */
  judgedBy?: string | undefined
  /** Permissions of which an operation takes one, in the place of the permission to search. */
  anyOf?: readonly Permission[] | undefined
  /** How a search is made is told too. */
  explain?: boolean | undefined
}

/**
 * Throws `forbidden` unless the caller may ask for this at all. What the caller may see of the answer is the restriction's
 * matter.
 */
export function demand(access: Access, asked: Asked): void {
  const missing = lacking(access, asked)
  if (missing !== undefined) throw FhirError.of('forbidden', missing)
  demandWhole(access, asked)
}

/** What is known in part is not written: what is withheld of it would be lost, or found out. */
function demandWhole(access: Access, { interaction, type }: Asked): void {
  const writes = NEEDED[interaction].some((permission) => permission !== 'r' && permission !== 's')
  if (!writes || type === undefined || !withholds(access, type)) return
  throw FhirError.of('forbidden', `Parts of ${type} are withheld from this caller, who can therefore not write any.`)
}

/** What the caller lacks for what is asked, in words that tell nothing of the data; undefined where it is nothing. */
function lacking(access: Access, asked: Asked): string | undefined {
  const { may, operations, linkedBinaries } = access
  const { interaction, operation, explain } = asked
  const type = asked.judgedBy ?? asked.type
  const ofSystem = interaction === 'operation' && type === undefined ? [operation ?? ''] : []
  const named = explain ? [...ofSystem, 'explain'] : ofSystem
  const closed = named.find((code) => operations !== 'all' && !operations.includes(code))
  if (closed !== undefined) return lackedOperation(access, closed)
  const { anyOf } = asked
  if (ofSystem.length > 0 || (linkedBinaries && type === 'Binary' && (anyOf ?? NEEDED[interaction])[0] === 'r'))
    return undefined
  const gives = (permission: Permission) =>
    type === undefined ? givesAnything(may[permission]) : restrictionOf(may[permission], type).kind !== 'none'
  if (anyOf) return anyOf.some(gives) ? undefined : lackedPermission(access, anyOf[0] ?? 's', type)
  const needed = NEEDED[interaction].find((permission) => !gives(permission))
  return needed === undefined ? undefined : lackedPermission(access, needed, type)
}

function lackedOperation({ identity }: Access, code: string): string {
  if (!identity?.scopes.includes(ADMIN_SCOPE)) return `This takes the scope ${ADMIN_SCOPE}.`
  return `The role ${identity.role} may not do this: ${code}.`
}

/** What is lacking for a permission that holds for nothing of a type, or of any: a scope, or what the role is given. */
function lackedPermission({ identity, scoped }: Access, permission: Permission, type: string | undefined): string {
  const given = scoped?.[permission]
  const isScoped = given && (type === undefined ? givesAnything(given) : restrictionOf(given, type).kind !== 'none')
  const needed = `${type ?? '*'}.${permission}`
  if (!isScoped || identity?.role === undefined) return `This takes a scope with ${needed}.`
  return `The role ${identity.role} does not have ${needed}, whatever the scopes of its token.`
}

/** Throws `forbidden` unless the caller may administer the server, and has this among the operations of the role. */
export function demandOperation(access: Access, code: string): void {
  const { operations } = access
  if (operations === 'all' || operations.includes(code)) return
  throw FhirError.of('forbidden', lackedOperation(access, code))
}

/** Throws `forbidden` where a permission holds for nothing of a type. */
export function demandPermission(access: Access, permission: Permission, type: string): void {
  if (restrictionOf(access.may[permission], type).kind !== 'none') return
  throw FhirError.of('forbidden', lackedPermission(access, permission, type))
}

/** Whether elements of a type are withheld. */
export function withholds({ hidden }: Access, type: string): boolean {
  return Object.hasOwn(hidden, type) && hidden[type]!.length > 0
}

/** Whether the caller may write under ids of its own choice: to do so tells whether something is there. */
export function mayChooseIds({ may, choosesIds = may }: Access, type: string): boolean {
  return restrictionOf(choosesIds.u, type).kind === 'all' && restrictionOf(choosesIds.c, type).kind === 'all'
}

/** Whether a permission holds for everything of a type. */
export function mayAll({ may }: Access, permission: Permission, type: string): boolean {
  return restrictionOf(may[permission], type).kind === 'all'
}
