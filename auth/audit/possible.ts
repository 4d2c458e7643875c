import type { Expression } from '../../search/expression.ts'
import { type Facts, matches } from '../../search/matches.ts'
import type { RecordedDeed } from './deed.ts'
import { kindOf } from './event-codes.ts'
import type { Facet } from './events.ts'

/**
 * Whether the event of a facet may meet an Expression, as far as the deed tells it without being made an event: to tell costs
 * a tenth of that. What it does not tell may be.
 */
export function isPossible(expression: Expression, deed: RecordedDeed, facet: Facet): boolean {
  switch (expression.kind) {
    case 'none':
      return false
    case 'and':
      return expression.parts.every((part) => isPossible(part, deed, facet))
    case 'or':
      return expression.parts.some((part) => isPossible(part, deed, facet))
    case 'token': {
      const codes = codesOf(expression.param, deed, facet)
      return !codes || expression.tests.some(({ code }) => code === undefined || codes.includes(code))
    }
    case 'reference': {
      const names = expression.uris.length > 0 ? undefined : namesOf(expression.param, deed, facet)
      return (
        !names ||
        expression.targets.some(({ type, id }) => names.includes(`${type}/${id}`)) ||
        isBare(expression, names)
      )
    }
    case 'range':
    case 'lastUpdated':
      return expression.kind === 'range' && expression.param !== 'date' ? true : matches(expression, whenOf(deed))
    default:
      return true
  }
}

/** What its events say of when it was recorded. */
function whenOf({ key, recorded }: RecordedDeed): Facts {
  return { id: key, lastUpdated: recorded, entries: [['range', 'date', '', recorded, recorded + 1]] }
}

function isBare({ bare }: Extract<Expression, { kind: 'reference' }>, names: readonly string[]): boolean {
  return bare.ids.some((id) => names.some((name) => name.endsWith(`/${id}`)))
}

/** The codes of a parameter, and perhaps some more. */
function codesOf(param: string, deed: RecordedDeed, { part }: Facet): readonly string[] | undefined {
  switch (param) {
    case 'action':
      return [kindOf(deed, part).action]
    case 'outcome':
      return [deed.outcome]
    case 'type':
      return [kindOf(deed, part).type.code]
    case 'subtype':
      return kindOf(deed, part).subtype.map(({ code }) => code)
    case 'purpose':
      return deed.purposes ?? []
    case 'request-id':
      return [deed.request ?? '']
    case 'agent-role':
      return [deed.agent.role ?? '']
    default:
      return undefined
  }
}

/** What an event refers to by a parameter (`Type/id`), and perhaps some more. */
function namesOf(param: string, { agent, parts = [], decidedBy = [] }: RecordedDeed, { part, patient }: Facet) {
  const user = agent.user ?? ''
  switch (param) {
    case 'agent':
      return [user, `Organization/${agent.organization}`]
    case 'patient':
      return [user, `Patient/${patient}`, ...(part ? [part] : parts).map(({ type, id }) => `${type}/${id}`)]
    case 'entity':
      return [`Patient/${patient}`, ...(part ? [part] : parts).map(({ type, id }) => `${type}/${id}`), ...decidedBy]
    default:
      return undefined
  }
}
