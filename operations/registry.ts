import { accessReport } from './access-report.ts'
import type { Action } from './action.ts'
import { activityReport } from './activity-report.ts'
import { auditCounts } from './audit-counts.ts'
import { auditHeads } from './audit-heads.ts'
import { breakGlass } from './break-glass.ts'
import { disclosures } from './disclosures.ts'
import { everything } from './everything.ts'
import type { Inquiry } from './inquiry.ts'
import type { Level, Operation } from './operation.ts'
import { reindex } from './reindex.ts'
import { screen, screenState } from './screen.ts'
import type { SystemOperation } from './system-operation.ts'
import { verifyAudit } from './verify-audit.ts'

/** An operation on a type or on a resource. */
export type Declared = Operation | Action | Inquiry

/** All operations on types and on resources. */
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
]

/** All operations of the whole system. */
export const SYSTEM_OPERATIONS: readonly SystemOperation[] = [reindex]

const byPlace = new Map<string, Declared>()
for (const operation of OPERATIONS) {
  for (const level of operation.levels) {
    for (const type of operation.resourceTypes) {
      const place = placeName(operation.code, level, type)
      if (byPlace.has(place)) throw new Error(`two operations for ${place}`)
      byPlace.set(place, operation)
    }
  }
}

/** The operation of this code at a level of a type; undefined where there is none. */
export function operationAt(code: string, level: Level, type: string): Declared | undefined {
  return byPlace.get(placeName(code, level, type))
}

/** The operation of this code of the whole system; undefined where there is none. */
export function systemOperation(code: string): SystemOperation | undefined {
  return SYSTEM_OPERATIONS.find((operation) => operation.code === code)
}

function placeName(code: string, level: Level, type: string): string {
  return `${level} ${type} $${code}`
}
