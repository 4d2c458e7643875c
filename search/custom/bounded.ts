import { type SyntaxNode, syntaxOf } from '../../resources/path/engine.ts'
import { FUNCTIONS, REASONS } from './functions.ts'

/** Brackets within each other, and parts of an expression that are worked out, at the most. */
const DEEPEST = 40
const MOST_PARTS = 100

/** Characters of a string that is looked for in others: each place is compared with it, and no clock stops that. */
const LONGEST_LITERAL = 100

/** Of what multiplies its input: what each gives may be multiplied by the next. */
const MOST_SELECTS = 2
const MOST_WALKS = 1

/** What stands for the whole resource. */
const WHOLE = new Set(['resource', 'rootResource', 'context'])
const CONSTANTS = new Set([...WHOLE, 'ucum', 'sct', 'loinc'])

const REFUSED: ReadonlyMap<string, string> = new Map([
  ['AdditiveExpression', '+, - and & build values that the resource does not hold'],
  ['MultiplicativeExpression', '*, /, div and mod build values that the resource does not hold'],
  ['InstanceSelector', 'it builds a value that the resource does not hold'],
  ['TotalInvocation', '$total belongs to aggregate()'],
])

/** Nodes whose work is counted; the others only hold these, or are literals. */
const COUNTED = /^(MemberInvocation|FunctionInvocation|ThisInvocation|ExternalConstantTerm|\w+Expression)$/

/** Expressions that only hold another. */
const HOLDERS = new Set(['EntireExpression', 'InvocationExpression', 'TermExpression'])

interface Work {
  parts: number
  selects: number
  walks: number
}

/**
 * Why the work that an expression makes has no bound that is low enough to do it on every write; undefined when it has.
 * The bound: each part is worked out once for each item, there is no way back from an item to the whole resource, and
 * what makes more of its input occurs so few times that it cannot explode. Throws when it is not FHIRPath.
 */
export function unboundedPart(expression: string): string | undefined {
  const work: Work = { parts: 0, selects: 0, walks: 0 }
  return (
    nestingFault(expression) ??
    faultOf(syntaxOf(expression), work, false) ??
    (work.parts > MOST_PARTS ? `it has more than ${MOST_PARTS} parts` : undefined) ??
    (work.selects > MOST_SELECTS
      ? `select() within or behind select() multiplies, and is there ${MOST_SELECTS} times at the most`
      : undefined) ??
    (work.walks > MOST_WALKS ? 'descendants() and repeat() multiply, and one of them is there at the most' : undefined)
  )
}

/** Strings, delimited names and comments. */
const QUOTED = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g

/** Why brackets stand too deep within each other: the parser goes into each before it knows that one is not closed. */
export function nestingFault(expression: string): string | undefined {
  let depth = 0
  for (const bracket of expression.replace(QUOTED, '').match(/[()[\]{}]/g) ?? []) {
    depth += '([{'.includes(bracket) ? 1 : -1
    if (depth > DEEPEST) return `it has more than ${DEEPEST} brackets within each other`
  }
  return undefined
}

/** `inEach`: the node is worked out for each item of a list. */
function faultOf(node: SyntaxNode, work: Work, inEach: boolean): string | undefined {
  const { type, children = [] } = node
  if (COUNTED.test(type) && !HOLDERS.has(type)) work.parts++
  const refused = REFUSED.get(type)
  if (refused !== undefined) return refused
  if (type === 'ExternalConstantTerm') return constantFault(node, inEach)
  if (type === 'FunctionInvocation') return functionFault(node, work, inEach)
  return firstFault(children, work, inEach)
}

function firstFault(nodes: readonly SyntaxNode[], work: Work, inEach: boolean): string | undefined {
  for (const node of nodes) {
    const fault = faultOf(node, work, inEach)
    if (fault !== undefined) return fault
  }
  return undefined
}

function constantFault({ text = '' }: SyntaxNode, inEach: boolean): string | undefined {
  if (!CONSTANTS.has(text))
    return text === '' ? 'its variables are written without quotes' : `%${text} is not known here`
  return inEach && WHOLE.has(text)
    ? `%${text} within a function goes through the whole resource for each item`
    : undefined
}

function functionFault(node: SyntaxNode, work: Work, inEach: boolean): string | undefined {
  const [name = '', given] = partsOf(node)
  const known = FUNCTIONS.get(name)
  if (!known) return `${name}() is refused: ${REASONS.get(name) ?? 'it is none that expressions may use here'}`
  if (!known.arguments.includes(given.length)) {
    return `${name}() takes ${known.arguments.join(' or ')} arguments, not ${given.length}`
  }
  if (name === 'select') work.selects++
  if (name === 'repeat' || name === 'descendants') work.walks++
  if (known.takes === 'path' && !given.every(isPath)) return `${name}() takes element names alone here`
  if (known.takes === 'literal' && !given.every(isShortLiteral)) {
    return `${name}() takes what is written there, of ${LONGEST_LITERAL} characters at the most`
  }
  return firstFault(given, work, inEach || known.takes === 'each')
}

/** The name of a function as it is written, and its arguments. */
function partsOf({ children: [called] = [] }: SyntaxNode): [name: string, given: SyntaxNode[]] {
  const list = called?.children?.find(({ type }) => type === 'ParamList')
  return [called?.text ?? '', list?.children ?? []]
}

/** Names with dots and | between them. */
function isPath({ type, children = [] }: SyntaxNode): boolean {
  const ofPath = /^(MemberInvocation|Identifier|InvocationTerm|ParenthesizedTerm|UnionExpression)$/.test(type)
  return (ofPath || HOLDERS.has(type)) && children.every(isPath)
}

function isShortLiteral({ type, text = '', children = [] }: SyntaxNode): boolean {
  if (type === 'TermExpression' && children.length === 1) return isShortLiteral(children[0]!)
  return type === 'LiteralTerm' && text.length <= LONGEST_LITERAL
}
