import { badValue } from '../criterion.ts'
import type { EntryExpression, EntryTable, Expression } from '../expression.ts'
import type { SearchParameter } from '../parameter.ts'

/** `:missing`, which is `true` or `false` (R4 search, "Modifiers"). */
export function parseMissing(parameter: SearchParameter, value: string): Expression {
  if (value !== 'true' && value !== 'false') throw badValue(`${parameter.code}:missing`, 'true or false')
  const present = presence(parameter)
  return value === 'true' ? { kind: 'not', part: present } : present
}

/** What holds where a resource has a value for the parameter; for a composite, one for each component. */
function presence(parameter: SearchParameter): Expression {
  const { code, type, branches } = parameter
  if (branches) {
    const ways = branches.map(
      ({ on, parts }): Expression =>
        on === 'resource'
          ? { kind: 'and', parts: parts.map(presence) }
          : { kind: 'composite', parts: parts.map(ofEntries) },
    )
    return ways.length === 1 ? ways[0]! : { kind: 'or', parts: ways }
  }
  if (type !== 'token') return ofEntries(parameter)
  // A CodeableConcept may be a text and no code.
  return { kind: 'or', parts: [ofEntries(parameter), { kind: 'present', param: `${code}:text`, table: 'string' }] }
}

function ofEntries({ code, type }: SearchParameter): EntryExpression {
  return { kind: 'present', param: code, table: tableOf(type) }
}

function tableOf(type: SearchParameter['type']): EntryTable {
  if (type === 'date' || type === 'number' || type === 'quantity' || type === 'special') return 'range'
  return type === 'string' ? 'string' : 'entry'
}
