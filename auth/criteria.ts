import { FhirError } from '../resources/fhir-error.ts'
import type { HiddenElements } from '../resources/redact.ts'
import { type AskedParameter, parametersAsked } from '../search/asked.ts'
import type { ParseContext } from '../search/criterion.ts'
import type { Expression } from '../search/expression.ts'
import { refuseHidden } from '../search/hidden.ts'
import { isInclude } from '../search/include.ts'
import { parseCriteria, RESULT_PARAMETERS } from '../search/parse.ts'
import { parseQuery, type QueryPair } from '../search/query.ts'
import type { Searcher } from '../search/searcher.ts'
import type { KnownTerminology } from '../search/terminology/held.ts'
import { withTerminology } from '../search/terminology/resolve.ts'

/** What criteria of scopes and policies are read with. */
export interface CriteriaPlace {
  context: ParseContext
  /** Finds the value sets and code systems of `:in`, `:below` …; without it such criteria give nothing. */
  searcher?: Searcher | undefined
  /** Terminology besides what is stored. */
  knowledge?: KnownTerminology | undefined
  /** Whether some resources may lack the index entries of a parameter. */
  lacks(parameter: AskedParameter): boolean
  /** Elements that are withheld from whom the criteria are for: what rests on them would tell of them. */
  hidden?: HiddenElements
}

/** Terminology that a scope or a policy names is looked up for the server itself: who wrote it stands for it. */
const OPEN = { byType: {}, others: { kind: 'all' } } as const

/**
 * What resources of a type have to meet, by the parser of searches but strict: undefined, which gives nothing, where a
 * criterion is unknown to the type, empty, wrong, rests on what is hidden or on terminology that is not here; and where something is asked
 * not to be there while resources may lack the entries that would show it.
 */
export async function strictCriteria(
  type: string,
  pairs: readonly QueryPair[],
  { context, searcher, knowledge, lacks, hidden = {} }: CriteriaPlace,
): Promise<Expression | undefined> {
  try {
    const { expression, used, unknown } = searcher
      ? await withTerminology((terminology) => parseCriteria(type, pairs, { ...context, terminology }), {
          searcher,
          restriction: OPEN,
          baseUrl: context.baseUrl,
          knowledge,
        })
      : parseCriteria(type, pairs, context)
    if (unknown.length > 0 || used.length !== pairs.length || used.length === 0) return undefined
    const asked = parametersAsked([{ type, where: expression, restriction: OPEN }])
    refuseHidden(asked, hidden, context.parameters)
    return some(expression, ({ kind }) => kind === 'not') && asked.some(lacks) ? undefined : expression
  } catch (error) {
    if (error instanceof FhirError && error.kind === 'invalid') return undefined
    throw error
  }
}

/**
 * The pairs of a query of which each is a criterion; undefined where one has no name or no value, shapes an answer, or is
 * broken. What a search would leave out must not be left out here, where less is more.
 */
export function wholeQuery(query: string): QueryPair[] | undefined {
  try {
    const pairs = parseQuery(query)
    return pairs.length === query.split('&').length && pairs.every(isCriterion) ? pairs : undefined
  } catch (error) {
    if (error instanceof FhirError) return undefined
    throw error
  }
}

function isCriterion([name, value]: QueryPair): boolean {
  return value !== '' && !RESULT_PARAMETERS.has(name) && !isInclude(name)
}

/** Whether an Expression asks for something of other resources than the one at hand. */
export function hasHops(expression: Expression): boolean {
  return some(expression, ({ kind }) => kind === 'chain' || kind === 'has' || kind === 'contains' || kind === 'within')
}

/** How many values an Expression compares with, roughly. */
export function sizeOf(expression: Expression): number {
  let size = 0
  some(expression, (one) => {
    size++
    for (const list of Object.values(one)) if (Array.isArray(list)) size += list.length
    return false
  })
  return size
}

/** Whether something holds for an Expression or a part of it. */
function some(expression: Expression, holds: (one: Expression) => boolean): boolean {
  if (holds(expression)) return true
  switch (expression.kind) {
    case 'and':
    case 'or':
    case 'composite':
      return expression.parts.some((part) => some(part, holds))
    case 'not':
      return some(expression.part, holds)
    case 'chain':
      return expression.targets.some(({ where }) => some(where, holds))
    case 'has':
    case 'contains':
      return some(expression.where, holds)
    case 'within':
      return [...Object.values(expression.byType), expression.others].some((one) => some(one, holds))
    default:
      return false
  }
}
