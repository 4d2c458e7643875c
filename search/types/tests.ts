import type { Criterion } from '../criterion.ts'
import type { Expression } from '../expression.ts'
import { parseCompositeTest } from './composite.ts'
import { parseDateTest } from './date.ts'
import { parseNearTest } from './near.ts'
import { parseNumberTest } from './number.ts'
import { parseQuantityTest } from './quantity.ts'
import { parseReferenceTest } from './reference.ts'
import { parseStringTest } from './string.ts'
import { parseTokenTest } from './token.ts'
import { parseUriTest } from './uri.ts'

/** Reads a criterion by the type of its parameter. Throws `invalid` for an unknown modifier or a bad value. */
export function parseTest(criterion: Criterion): Expression {
  switch (criterion.parameter.type) {
    case 'token':
      return parseTokenTest(criterion)
    case 'string':
      return parseStringTest(criterion)
    case 'reference':
      return parseReferenceTest(criterion)
    case 'date':
      return parseDateTest(criterion)
    case 'number':
      return parseNumberTest(criterion)
    case 'quantity':
      return parseQuantityTest(criterion)
    case 'composite':
      return parseCompositeTest(criterion, parseTest)
    case 'uri':
      return parseUriTest(criterion)
    case 'special':
      return parseNearTest(criterion)
    default:
      throw new Error(`parameters of type ${criterion.parameter.type} are not indexed`)
  }
}
