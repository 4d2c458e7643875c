/** A function that expressions may call: how many arguments it takes, and what they are. */
export interface AllowedFunction {
  arguments: readonly number[]
  /**
   * `each`: carried out for each item. `path`: element names alone, so that it leads down the tree and comes to an end.
   * `literal`: written in the expression. Others are values, worked out once.
   */
  takes?: 'each' | 'path' | 'literal'
}

const PLAIN: AllowedFunction = { arguments: [0] }
const EACH: AllowedFunction = { arguments: [1], takes: 'each' }
const VALUE: AllowedFunction = { arguments: [1] }
const LITERAL: AllowedFunction = { arguments: [1], takes: 'literal' }

/**
 * The functions that an expression may call. What is not here makes longer strings or lists of what it is given (`join`,
 * `replace`, `combine`, `aggregate`), holds the thread where no clock can stop it, or needs more than the resource.
 */
export const FUNCTIONS: ReadonlyMap<string, AllowedFunction> = new Map([
  ...['empty', 'not', 'allTrue', 'anyTrue', 'allFalse', 'anyFalse', 'isDistinct', 'distinct', 'count'].map(plain),
  ...['first', 'last', 'single', 'tail', 'hasValue', 'getValue', 'children', 'descendants'].map(plain),
  ...['lower', 'upper', 'trim', 'length'].map(plain),
  ...['Boolean', 'Integer', 'Decimal', 'String', 'Date', 'DateTime', 'Time', 'Quantity'].flatMap((type) => [
    plain(`to${type}`),
    plain(`convertsTo${type}`),
  ]),
  ['exists', { arguments: [0, 1], takes: 'each' }],
  ['where', EACH],
  ['all', EACH],
  ['select', EACH],
  ['repeat', { arguments: [1], takes: 'path' }],
  ['iif', { arguments: [2, 3] }],
  ...['ofType', 'is', 'as', 'take', 'skip', 'union', 'intersect', 'exclude', 'subsetOf', 'supersetOf'].map(value),
  ['extension', LITERAL],
  ['startsWith', LITERAL],
  ['endsWith', LITERAL],
  ['contains', LITERAL],
  ['substring', { arguments: [1, 2], takes: 'literal' }],
])

/** Why the best known of the others are left out. */
export const REASONS: ReadonlyMap<string, string> = new Map([
  ...['resolve', 'memberOf', 'subsumes', 'subsumedBy', 'conformsTo', 'weight', 'ordinal'].map(outside),
  ...['now', 'today', 'timeOfDay'].map(outside),
  ...['matches', 'matchesFull', 'replaceMatches'].map((name): [string, string] => [
    name,
    'a regular expression can take years on a short text',
  ]),
  ...['replace', 'join', 'encode', 'decode', 'escape', 'unescape'].map((name): [string, string] => [
    name,
    'it builds strings that can grow with each call',
  ]),
  ...['aggregate', 'combine', 'coalesce', 'defineVariable', 'split', 'toChars'].map((name): [string, string] => [
    name,
    'it builds lists that can grow with each call',
  ]),
])

function plain(name: string): [string, AllowedFunction] {
  return [name, PLAIN]
}

function value(name: string): [string, AllowedFunction] {
  return [name, VALUE]
}

function outside(name: string): [string, string] {
  return [name, 'what is indexed follows from the resource alone']
}
