import type { Expression } from '../expression.ts'

/** Expressions that entries decide, and that an index leads to. */
export function isValue(
  expression: Expression,
): expression is Exclude<Extract<Expression, { param: string }>, { kind: 'present' | 'chain' | 'has' }> {
  return ['token', 'string', 'reference', 'uri', 'range', 'near', 'words'].includes(expression.kind)
}

/** Whether an Expression can give its resources from an index, instead of being tested on each. */
export function canDrive(expression: Expression): boolean {
  switch (expression.kind) {
    case 'id':
    case 'composite':
    case 'lastUpdated':
    case 'contains':
      return true
    case 'or':
      return expression.parts.length > 0 && expression.parts.every(canDrive)
    case 'and':
      return expression.parts.some(canDrive)
    case 'chain':
      return expression.targets.length > 0 && expression.targets.every(({ where }) => canDrive(where))
    case 'has':
      return canDrive(expression.where)
    case 'within':
      return seenOf(expression).every(canDrive)
    default:
      return isValue(expression)
  }
}

/** What is asked of containers of those types of which any can meet it. */
function seenOf({ byType, others }: Extract<Expression, { kind: 'within' }>): Expression[] {
  return [...Object.values(byType), others].filter(({ kind }) => kind !== 'none')
}

/** What a step to another resource adds to the cost of finding that one. */
const STEP = 3

/** The cost of what nothing is known of. */
const MOST = 10

/** Rough order of how few resources a criterion leaves: what identifies, what belongs to one patient, all others. */
export function cost(expression: Expression): number {
  switch (expression.kind) {
    case 'id':
      return -1
    case 'or':
      return Math.max(...expression.parts.map(cost)) + 0.5
    case 'and':
      return Math.min(...expression.parts.filter(canDrive).map(cost))
    case 'composite':
      return Math.min(...expression.parts.map(cost))
    case 'chain':
      return STEP + Math.max(...expression.targets.map(({ where }) => cost(where)))
    case 'has':
      return STEP + cost(expression.where)
    case 'contains':
      return STEP + (canDrive(expression.where) ? cost(expression.where) : MOST)
    case 'within':
      return STEP + Math.max(0, ...seenOf(expression).map(cost))
    case 'reference':
      return 1
    case 'string':
      return expression.mode === 'starts' || expression.mode === 'exact' || expression.mode === 'whole' ? 2 : 9
    case 'range':
    case 'near':
    case 'words':
    case 'lastUpdated':
      return 5
    case 'token':
    case 'uri':
      return /identifier|^url$/.test(expression.param) ? 0 : 3
    default:
      return MOST
  }
}
