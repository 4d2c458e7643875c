import { invariantsOf, membersOf } from '../../definitions/definitions.ts'
import type { InvariantTable } from '../../definitions/shapes.ts'
import type { Check, Layer, Place, Run } from '../place.ts'
import { placesOf } from '../walk.ts'
import { correctedExpression } from './corrections.ts'
import { type Invariant, invariantFor } from './invariant.ts'
import { checkBeside, nativeCheckOf } from './native.ts'

/** R4's own invariants. */
export const invariants: Layer = { name: 'invariants', checkOf, besideCheck: checkBeside }

/** The narrative's, which no expression says (`htmlChecks()`): `narrative/` has them. That of references is native. */
const ELSEWHERE = new Set(['txt-1', 'txt-2', 'ref-1'])

function checkOf(type: string): Check | undefined {
  const tables = invariantsOf(type).filter(({ key }) => !ELSEWHERE.has(key))
  const native = nativeCheckOf(type)
  const checks = tables.map((table) => checkOfTable(table, type))
  if (native) checks.unshift(native)
  if (checks.length < 2) return checks[0]
  return (place, run) => {
    for (const check of checks) check(place, run)
  }
}

function checkOfTable(table: InvariantTable, type: string): Check {
  const byType = new Map<string, Invariant>()
  const { member } = table
  const expression = correctedExpression(table)
  const at: Check = (place, run) => {
    let invariant = byType.get(place.type)
    if (!invariant) {
      invariant = invariantFor(expression, place.type)
      byType.set(place.type, invariant)
    }
    if (!invariant(place, run)) report(place, run, table)
  }
  if (member === undefined) return at
  const names = [...membersOf(type)].filter(([, { name }]) => name === member)
  return (place, run) => {
    const value = place.value as Readonly<Record<string, unknown>>
    for (const [name, of] of names) {
      if (value[name] === undefined && value[`_${name}`] === undefined) continue
      for (const below of placesOf(place, name, of)) at(below, run)
    }
  }
}

function report(place: Place, run: Run, { key, severity, human }: InvariantTable): void {
  run.report(place, { severity, code: 'invariant', messageId: key, diagnostics: `${key}: ${human}` })
}
