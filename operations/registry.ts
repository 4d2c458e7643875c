import { accessReport } from './access-report.ts'
import type { Action } from './action.ts'
import { activityReport } from './activity-report.ts'
import { auditCounts } from './audit-counts.ts'
import { auditHeads } from './audit-heads.ts'
import { breakGlass } from './break-glass.ts'
import type { Computation, ComputationLevel } from './computation.ts'
import { disclosures } from './disclosures.ts'
import { everything } from './everything.ts'
import type { Inquiry } from './inquiry.ts'
import { install, uninstall } from './install.ts'
import type { Operation } from './operation.ts'
import { reindex } from './reindex.ts'
import { screen, screenState } from './screen.ts'
import type { SystemOperation } from './system-operation.ts'
import { closure } from './terminology/closure.ts'
import { expand } from './terminology/expand.ts'
import { findMatches } from './terminology/find-matches.ts'
import { lookup } from './terminology/lookup.ts'
import { preferredId } from './terminology/preferred-id.ts'
import { subsumes } from './terminology/subsumes.ts'
import { translate } from './terminology/translate.ts'
import { validateCodeInSet, validateCodeOfSystem } from './terminology/validate-code.ts'
import { validate } from './validate.ts'
import { verifyAudit } from './verify-audit.ts'

/** An operation on a type or on a resource; a computation may be one of the system. */
export type Declared = Operation | Action | Inquiry | Computation

/** All operations but those of the system that take no input. */
export const OPERATIONS: readonly Declared[] = [
  everything,
  breakGlass,
  accessReport,
  activityReport,
  disclosures,
  verifyAudit,
  auditHeads,
  auditCounts,
  screen,
  screenState,
  validate,
  lookup,
  validateCodeOfSystem,
  validateCodeInSet,
  subsumes,
  findMatches,
  expand,
  translate,
  closure,
  preferredId,
  install,
  uninstall,
]

/** Operations of the whole system that take no input. */
export const SYSTEM_OPERATIONS: readonly SystemOperation[] = [reindex]

const byPlace = new Map<string, Declared>()
for (const operation of OPERATIONS) {
  for (const level of operation.levels) {
    if ('needs' in operation && !operation.needs[level]) throw new Error(`$${operation.code}: who may ask?`)
    for (const type of level === 'system' ? [''] : operation.resourceTypes) {
      const place = placeName(operation.code, level, type)
      if (byPlace.has(place)) throw new Error(`two operations for ${place}`)
      byPlace.set(place, operation)
    }
  }
}

/** The operation of this code at a level of a type (`''`: of the system); undefined where there is none. */
export function operationAt(code: string, level: ComputationLevel, type: string): Declared | undefined {
  return byPlace.get(placeName(code, level, type))
}

/** The operation that is asked for; undefined where there is none, or one of the system without input. */
export function operationOf(asked: { operation?: string; type?: string; id?: string }): Declared | undefined {
  const { operation = '', type, id } = asked
  if (type === undefined) return operationAt(operation, 'system', '')
  return operationAt(operation, id === undefined ? 'type' : 'instance', type)
}

/** The operation of this code of the whole system; undefined where there is none. */
export function systemOperation(code: string): SystemOperation | undefined {
  return SYSTEM_OPERATIONS.find((operation) => operation.code === code)
}

function placeName(code: string, level: ComputationLevel, type: string): string {
  return `${level} ${type} $${code}`
}
