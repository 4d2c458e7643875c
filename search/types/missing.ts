import { badValue } from '../criterion.ts'
import type { EntryTable, Expression } from '../expression.ts'
import type { SearchParameter } from '../parameters.ts'

/** `:missing`, which is `true` or `false` (R4 search, "Modifiers"). */
export function parseMissing(parameter: SearchParameter, value: string): Expression {
  if (value !== 'true' && value !== 'false') throw badValue(`${parameter.code}:missing`, 'true or false')
  const present = presence(parameter)
  return value === 'true' ? { kind: 'not', part: present } : present
}

/** What holds where a resource has a value for the parameter. */
function presence({ code, type }: SearchParameter): Expression {
  const present: Expression = { kind: 'present', param: code, table: tableOf(type) }
  return present
}

function tableOf(type: SearchParameter['type']): EntryTable {
  if (type === 'date' || type === 'number' || type === 'quantity') return 'range'
  return type === 'string' ? 'string' : 'entry'
}
