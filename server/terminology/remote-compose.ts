import { FhirError } from '../../resources/fhir-error.ts'
import type { Condition } from '../../resources/terminology/concept-source.ts'

type Include = Record<string, unknown>

/** Conditions as R4 ValueSet.compose of one system. Throws `invalid` (`not-supported`) for what R4 has no filter for. */
export function composeOf(
  { system, version }: { system: string; version: string | undefined },
  conditions: readonly Condition[],
): { include: Include[]; exclude?: Include[] } {
  const own = { system, ...(version === undefined ? {} : { version }) }
  const excluded = conditions.flatMap((one) => (one.op === 'none-of' ? one.each : []))
  const included = conditions.filter(({ op }) => op !== 'none-of')
  return {
    include: [{ ...own, ...partOf(included) }],
    ...(excluded.length > 0 ? { exclude: excluded.map((each) => ({ ...own, ...partOf(each) })) } : {}),
  }
}

/** Listed codes or filters: R4 has no part with both. */
function partOf(conditions: readonly Condition[]): Include {
  const [only] = conditions
  if (only?.op === 'codes' && conditions.length === 1) return { concept: only.codes.map((code) => ({ code })) }
  return conditions.length === 0 ? {} : { filter: conditions.map(filterOf) }
}

function filterOf(condition: Condition): { property: string; op: string; value: string } {
  switch (condition.op) {
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a':
    case 'generalizes':
      return { property: 'concept', op: condition.op, value: condition.code }
    case 'child-of':
      return { property: 'parent', op: '=', value: condition.code }
    case '=':
      // R4 has the reference sets of SNOMED CT so (Using SNOMED CT with FHIR, filters).
      if (condition.property === 'refset') return { property: 'concept', op: 'in', value: condition.value }
      return { property: condition.property, op: '=', value: condition.value }
    case 'in':
    case 'not-in':
      return { property: condition.property, op: condition.op, value: condition.values.join(',') }
    case 'regex':
      return { property: condition.property, op: 'regex', value: condition.pattern }
    case 'exists':
      return { property: condition.property, op: 'exists', value: String(condition.exists) }
    default:
      throw FhirError.of('invalid', 'Listed codes with filters are not asked for elsewhere', { code: 'not-supported' })
  }
}
