import { compare } from './compare.ts'

type Fields = Record<string, unknown>

const number = (value: unknown): number => {
  if (typeof value !== 'number') throw new Error(`${String(value)} is no number`)
  return value
}

const ofNumbers = (work: (...numbers: number[]) => number) => (values: unknown[]) => work(...values.map(number))
const ofOrder = (holds: (order: number) => boolean) => (values: unknown[]) => {
  const order = compare(values[0], values[1])
  // What is compared here is of one kind, or absent: then less than all else.
  return holds(order ?? Number(values[0] !== undefined) - Number(values[1] !== undefined))
}

const OPERATORS: Record<string, (values: unknown[]) => unknown> = {
  $eq: ([one, other]) => one === other,
  $lt: ofOrder((order) => order < 0),
  $lte: ofOrder((order) => order <= 0),
  $gt: ofOrder((order) => order > 0),
  $gte: ofOrder((order) => order >= 0),
  $add: ofNumbers((...all) => all.reduce((sum, one) => sum + one)),
  $subtract: ofNumbers((one, other) => one! - other!),
  $multiply: ofNumbers((...all) => all.reduce((product, one) => product * one)),
  $divide: ofNumbers((one, other) => one! / other!),
  $pow: ofNumbers((one, other) => one! ** other!),
  $sin: ofNumbers(Math.sin),
  $cos: ofNumbers(Math.cos),
  $size: ([list]) => (list as unknown[]).length,
  $ifNull: (values) => values.find((value) => value !== undefined),
  $type: ([value]) => (value === undefined ? 'missing' : typeof value),
}

/** The value of an aggregation's expression for a document; undefined for none. */
export function evaluate(expression: unknown, document: Fields, variables: Fields = {}): unknown {
  const inner = (one: unknown) => evaluate(one, document, variables)
  if (typeof expression === 'string')
    return expression.startsWith('$') ? valueAt(expression, document, variables) : expression
  if (Array.isArray(expression)) return expression.map(inner)
  if (typeof expression !== 'object' || expression === null) return expression
  const [[name, operand] = ['', undefined]] = Object.entries(expression)
  switch (name) {
    case '$and':
      return (operand as unknown[]).every(inner)
    case '$or':
      return (operand as unknown[]).some(inner)
    case '$cond': {
      const [test, yes, no] = operand as unknown[]
      return inner(test) ? inner(yes) : inner(no)
    }
    case '$filter': {
      const { input, as, cond } = operand as { input: unknown; as: string; cond: unknown }
      return (inner(input) as unknown[]).filter((one) => evaluate(cond, document, { ...variables, [as]: one }))
    }
  }
  const operator = OPERATORS[name]
  if (!operator) throw new Error(`${name} is not known`)
  return operator(Array.isArray(operand) ? operand.map(inner) : [inner(operand)])
}

function valueAt(path: string, document: Fields, variables: Fields): unknown {
  if (path === '$$REMOVE') return undefined
  const [start, names] = path.startsWith('$$') ? [variables, path.slice(2)] : [document, path.slice(1)]
  return names.split('.').reduce<unknown>((value, name) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Fields)[name]
      : undefined
  }, start)
}
