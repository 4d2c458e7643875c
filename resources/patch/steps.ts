import { typeTable } from '../definitions/definitions.ts'
import { type PathStep, parseSteps } from '../path/steps.ts'

/** A step that is taken without the FHIRPath engine. */
export type Step =
  | Extract<PathStep, { kind: 'name' | 'ofType' | 'equals' | 'extension' }>
  /** Places by their order: `[n]`, first(), last(), tail(), skip(n), take(n). */
  | { kind: 'slice'; start: number; end?: number }
  /** `where($this = 'text')` */
  | { kind: 'itself'; text: string }

/** One invocation of a path (`name`, `where(use = 'official')`, `[0]`), and its steps when the engine is not needed. */
export interface Piece {
  text: string
  steps: Step[] | undefined
}

/** The types that every element or resource is of, too: left to the engine. */
const ABSTRACT = new Set(['Element', 'BackboneElement', 'Resource', 'DomainResource'])

/** Takes a path apart; one that is more than a chain of invocations (`a | b`) stays whole. */
export function parsePath(path: string): Piece[] {
  const texts = splitPath(path) ?? [path.trim()]
  return texts.map((text) => ({ text, steps: stepsOf(text) }))
}

/** The path again, or the beginning of it. */
export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.reduce((path, { text }) => path + (path === '' || text.startsWith('[') ? '' : '.') + text, '')
}

function stepsOf(text: string): Step[] | undefined {
  const slice = sliceOf(text)
  if (slice) return [slice]
  const itself = /^where\(\s*\$this\s*=\s*'([^'\\]*)'\s*\)$/.exec(text)
  if (itself) return [{ kind: 'itself', text: itself[1]! }]
  const delimited = /^`([A-Za-z]\w*)`$/.exec(text)
  if (delimited) return [{ kind: 'name', name: delimited[1]! }]
  // parseSteps takes strings as they stand, without their escapes.
  const steps = text.includes('\\') ? undefined : parseSteps(text)
  return steps?.every(isTaken) ? steps : undefined
}

function isTaken(step: PathStep): step is Extract<PathStep, Step> {
  if (step.kind === 'ofType') return typeTable(step.type) !== undefined && !ABSTRACT.has(step.type)
  return step.kind !== 'refersTo' && step.kind !== 'index'
}

function sliceOf(text: string): Step | undefined {
  const match = /^(?:\[(\d+)\]|(first|last|tail|skip|take)\((\d*)\))$/.exec(text)
  if (!match) return undefined
  const [, index, name, argument] = match
  const number = Number(index ?? argument)
  if (index !== undefined) return { kind: 'slice', start: number, end: number + 1 }
  const takesNumber = name === 'skip' || name === 'take'
  if (takesNumber !== (argument !== '')) return undefined
  if (name === 'take') return { kind: 'slice', start: 0, end: number }
  if (name === 'skip') return { kind: 'slice', start: number }
  if (name === 'first') return { kind: 'slice', start: 0, end: 1 }
  return { kind: 'slice', start: name === 'last' ? -1 : 1 }
}

/** A string, a delimited name, white space, the start of a comment, or any other character. */
const TOKEN = /'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\s+|\/[/*]|[\s\S]/g

/**
 * The invocations of a path, cut at the dots and before the brackets that are outside of parentheses and strings;
 * undefined when an operator stands there, or a comment anywhere.
 */
function splitPath(path: string): string[] | undefined {
  const pieces = ['']
  let depth = 0
  for (const [token] of path.trim().matchAll(TOKEN)) {
    const piece = pieces.at(-1)!
    if (token === '//' || token === '/*') return undefined
    if (depth > 0 || (token === '(' && (piece !== '' || pieces.length === 1)) || /^[\w$%`]/.test(token)) {
      pieces[pieces.length - 1] += token
    } else if ((token === '.' || token === '[') && piece !== '') {
      pieces.push(token === '[' ? token : '')
    } else {
      return undefined
    }
    depth += depthChange(token)
  }
  return depth === 0 && pieces.at(-1) !== '' ? pieces : undefined
}

function depthChange(token: string): number {
  if (token === '(' || token === '[') return 1
  return token === ')' || token === ']' ? -1 : 0
}
