import { BSONRegExp } from 'mongodb'
import { compare } from './compare.ts'
import { evaluate } from './expression.ts'

type Tests = Record<string, unknown>

/** Whether a document meets a filter, as MongoDB says: of what it knows, what searches are compiled to. Throws for the rest. */
export function meets(document: unknown, filter: Tests): boolean {
  return Object.entries(filter).every(([name, test]) => {
    switch (name) {
      case '$and':
        return listOf(test).every((one) => meets(document, one))
      case '$or':
        return listOf(test).some((one) => meets(document, one))
      case '$nor':
        return !listOf(test).some((one) => meets(document, one))
      case '$expr':
        return evaluate(test, document as Tests) === true
      default:
        if (name.startsWith('$')) throw new Error(`${name} stands in no filter`)
        return fieldMeets(valuesAt(document, name.split('.')), test)
    }
  })
}

/** MongoDB refuses empty lists. */
function listOf(test: unknown): Tests[] {
  if (!Array.isArray(test) || test.length === 0) throw new Error('a list of filters is empty')
  return test
}

/** What stands at a path: in arrays on the way, of each element. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path
  if (name === undefined) return [value]
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path))
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  return valuesAt((value as Tests)[name], rest)
}

function isOperators(test: unknown): test is Tests {
  return typeof test === 'object' && test !== null && Object.keys(test)[0]?.startsWith('$') === true
}

function fieldMeets(values: readonly unknown[], test: unknown): boolean {
  if (test === null) return values.length === 0 || values.includes(null)
  const elements = values.flatMap((value) => (Array.isArray(value) ? value : [value]))
  if (!isOperators(test)) return elements.includes(test)
  return Object.entries(test).every(([name, than]) => {
    if (name === '$exists') return than === values.length > 0
    if (name !== '$elemMatch') return elements.some((value) => operatorMeets(name, than, value))
    return values.some((value) => Array.isArray(value) && value.some((one) => elementMeets(one, than as Tests)))
  })
}

function elementMeets(element: unknown, tests: Tests): boolean {
  if (!isOperators(tests)) return meets(element, tests)
  return Object.entries(tests).every(([name, than]) => operatorMeets(name, than, element))
}

function operatorMeets(name: string, than: unknown, value: unknown): boolean {
  if (name === '$in') return (than as unknown[]).some((one) => isMember(one, value))
  const order = compare(value, than)
  if (order === undefined) return false
  switch (name) {
    case '$lt':
      return order < 0
    case '$lte':
      return order <= 0
    case '$gt':
      return order > 0
    case '$gte':
      return order >= 0
  }
  throw new Error(`${name} is not known`)
}

const patterns = new WeakMap<BSONRegExp, RegExp>()

function isMember(wanted: unknown, value: unknown): boolean {
  if (!(wanted instanceof BSONRegExp)) return wanted === value
  const pattern = patterns.get(wanted) ?? new RegExp(wanted.pattern, 'u')
  patterns.set(wanted, pattern)
  return typeof value === 'string' && pattern.test(value)
}
