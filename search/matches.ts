import type { IndexEntry } from '../resources/store/port.ts'
import type { Bounds, EntryExpression, Expression, TokenTest } from './expression.ts'

/** What an Expression is decided on: a resource's id, its last update (ms since 1970) and its index entries. */
export interface Facts {
  id: string
  lastUpdated: number
  entries: readonly IndexEntry[]
}

/** Whether a resource meets an Expression, decided without the store. */
export function matches(expression: Expression, facts: Facts): boolean {
  switch (expression.kind) {
    case 'all':
      return true
    case 'none':
      return false
    case 'and':
      return expression.parts.every((part) => matches(part, facts))
    case 'or':
      return expression.parts.some((part) => matches(part, facts))
    case 'not':
      return !matches(expression.part, facts)
    case 'id':
      return expression.ids.includes(facts.id)
    case 'lastUpdated':
      return expression.ranges.some((range) => within(range, facts.lastUpdated))
    default:
      return facts.entries.some((entry) => entry[1] === expression.param && entryMatches(expression, entry))
  }
}

function entryMatches(expression: EntryExpression, entry: IndexEntry): boolean {
  switch (expression.kind) {
    case 'present':
      return true
    case 'token':
      return entry[0] === 'token' && expression.tests.some((test) => tokenMatches(test, entry[2], entry[3]))
    case 'string':
      return entry[0] === 'string' && expression.texts.some((text) => stringMatches(expression.mode, text, entry))
    case 'uri':
      return entry[0] === 'uri' && expression.uris.includes(entry[2])
    case 'reference':
      return entry[0] === 'reference'
        ? expression.targets.some((target) => target.type === entry[2] && target.id === entry[3]) ||
            (expression.bare.types.includes(entry[2]) && expression.bare.ids.includes(entry[3]))
        : entry[0] === 'uri' && expression.uris.includes(entry[2])
  }
}

function within({ start, end }: Bounds, moment: number): boolean {
  return (start === undefined || moment >= start) && (end === undefined || moment < end)
}

function tokenMatches(test: TokenTest, system: string, code: string): boolean {
  return (test.system === undefined || test.system === system) && (test.code === undefined || test.code === code)
}

function stringMatches(
  mode: 'starts' | 'contains' | 'exact',
  text: string,
  entry: IndexEntry & ['string', ...string[]],
) {
  const [, , folded, exact] = entry
  if (mode === 'exact') return exact === text
  return mode === 'contains' ? folded.includes(text) : folded.startsWith(text)
}
