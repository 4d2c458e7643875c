import { beginningOf } from '../resources/beginning.ts'
import { searchParameterTables } from '../resources/definitions/definitions.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { ParseContext } from './criterion.ts'
import { allOf, type Expression } from './expression.ts'
import { type ParsedCriteria, parseCriteria } from './parse.ts'
import type { QueryPair } from './query.ts'

/** Criteria of a search of several types: what they come to for each, and what holds for all. */
export interface CriteriaOfTypes extends Omit<ParsedCriteria, 'expression'> {
  byType: ReadonlyMap<string, Expression>
}

/** Parameters that R4 defines once for all resources: what they come to is the same for each type. */
const COMMON: ReadonlySet<string> = new Set(
  searchParameterTables.filter(({ base }) => base.includes('Resource')).map(({ code }) => code),
)

/**
 * Reads criteria for several types at once: each must be one of every type (R4 search, "Search Context"). One that is
 * known to none of them is named as unknown. Throws `invalid` for one that only some of them have, for to ignore it
 * would give more of the others than was asked for, and as `parseCriteria` does.
 */
export function parseForTypes(
  types: readonly string[],
  pairs: readonly QueryPair[],
  context: ParseContext,
): CriteriaOfTypes {
  const [first, ...others] = types
  if (first === undefined) return { byType: new Map(), used: [], unknown: [] }
  if (others.length === 0) {
    const { expression, ...rest } = parseCriteria(first, pairs, context)
    return { byType: new Map([[first, expression]]), ...rest }
  }
  const shared = parseCriteria(first, pairs.filter(isForAll), context)
  const own = pairs.filter((pair) => !isForAll(pair))
  const { expression, used, unknown } = parseCriteria(first, own, context)
  const byType = new Map([[first, allOf([shared.expression, expression])]])
  for (const type of others) {
    const parsed = parseCriteria(type, own, context)
    demandSame(unknown, parsed.unknown, first, type)
    byType.set(type, allOf([shared.expression, parsed.expression]))
  }
  const isUsed = new Set([...shared.used, ...used])
  return { byType, used: pairs.filter((pair) => isUsed.has(pair)), unknown: [...shared.unknown, ...unknown] }
}

/** Throws where a parameter is unknown to one of two types alone. */
function demandSame(unknown: readonly string[], toOther: readonly string[], type: string, other: string): void {
  const odd = toOther.find((name) => !unknown.includes(name))
  if (odd !== undefined) throw notOfAll(odd, other)
  const odder = unknown.find((name) => !toOther.includes(name))
  if (odder !== undefined) throw notOfAll(odder, type)
}

/** Whether R4 defines a search parameter for all resources. */
export function isCommon(code: string): boolean {
  return COMMON.has(code)
}

function isForAll([name]: QueryPair): boolean {
  return isCommon(name.split(':', 1)[0]!)
}

function notOfAll(name: string, type: string): FhirError {
  const words = `${beginningOf(name)} is not a search parameter of ${type}: a search of several types takes what all have.`
  return FhirError.of('invalid', words, { code: 'not-supported' })
}
