import { FhirError } from '../../resources/fhir-error.ts'
import { APART } from '../../search/apart.ts'
import type { Expression } from '../../search/expression.ts'
import type { Restriction, Search, Searcher } from '../../search/searcher.ts'
import type { Services } from '../call.ts'
import { contentOf } from '../content.ts'

/** Resources of other types that a criterion may go by at the most. */
const MOST_BETWEEN = 500

/** What is asked of other resources is asked with. */
export interface Elsewhere extends Pick<Services, 'baseUrl' | 'parameters' | 'zone'> {
  /** Of the store, which has no AuditEvents. */
  searcher: Searcher
}

/**
 * An Expression about AuditEvents without what it asks of other resources (chains, `_has`, `_list`): that is looked up, as far
 * as the restriction lets it be seen, and the ids that were found stand in its place. Throws `invalid` where there are too
 * many of them.
 */
export async function nearOnly(
  expression: Expression,
  restriction: Restriction,
  elsewhere: Elsewhere,
): Promise<Expression> {
  const near = (part: Expression) => nearOnly(part, restriction, elsewhere)
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { kind: expression.kind, parts: await Promise.all(expression.parts.map(near)) }
    case 'not':
      return { kind: 'not', part: await near(expression.part) }
    case 'chain':
      return referring(expression, restriction, elsewhere)
    case 'has':
      return referredTo(expression, restriction, elsewhere)
    case 'contains':
    case 'within':
      throw FhirError.of('invalid', 'AuditEvents are not searched by what is contained.', { code: 'not-supported' })
    default:
      return expression
  }
}

async function referring(
  { param, canonical, targets: ways }: Extract<Expression, { kind: 'chain' }>,
  restriction: Restriction,
  { searcher }: Elsewhere,
): Promise<Expression> {
  if (canonical) throw FhirError.of('invalid', `${param} of AuditEvent takes no chain.`, { code: 'not-supported' })
  const targets: { type: string; id: string }[] = []
  for (const { type, where } of ways) {
    if (APART.has(type)) continue
    const left = MOST_BETWEEN - targets.length
    const ids = await searcher.ids({ type, where, restriction }, left + 1)
    if (ids.length > left) throw tooMany()
    targets.push(...ids.map((id) => ({ type, id })))
  }
  return { kind: 'reference', param, targets, bare: { types: [], ids: [] }, uris: [] }
}

async function referredTo(
  { type, param, where }: Extract<Expression, { kind: 'has' }>,
  restriction: Restriction,
  elsewhere: Elsewhere,
): Promise<Expression> {
  const { searcher } = elsewhere
  const leads: Expression = { kind: 'present', param, table: 'entry' }
  const search: Search = { type, where: { kind: 'and', parts: [where, leads] }, restriction }
  const { found, more } = await searcher.find(search, MOST_BETWEEN)
  if (more) throw tooMany()
  const ids = (await searcher.versions(found)).flatMap((version) =>
    contentOf(version, elsewhere).entries.flatMap((entry) =>
      entry[0] === 'reference' && entry[1] === param && entry[2] === 'AuditEvent' ? [entry[3]] : [],
    ),
  )
  return { kind: 'id', ids: [...new Set(ids)] }
}

function tooMany(): FhirError {
  const words = `The search goes by more than ${MOST_BETWEEN} resources that AuditEvents refer to; narrow it.`
  return FhirError.of('invalid', words, { code: 'too-costly' })
}
