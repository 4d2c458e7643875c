import { beginningOf } from '../resources/beginning.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { atStart, type Depth, parseChained } from './chain.ts'
import type { ParseContext } from './criterion.ts'
import { allOf, type Expression } from './expression.ts'
import { applyOperator } from './filter-operators.ts'
import { type FilterNode, type FilterPath, parseFilterText } from './filter-syntax.ts'
import { parametersOf } from './parameters.ts'

/** Filters in one search at the most. */
const MOST_FILTERS = 4

/** Reads an ordinary criterion of a type: `birthdate=ge2000`; undefined for an unknown parameter. */
export type ParseOrdinary = (type: string, name: string, value: string) => Expression | undefined

/** Throws `invalid` for more filters than a search takes. */
export function checkFilters(names: readonly string[]): void {
  if (names.filter((name) => name === '_filter').length > MOST_FILTERS) {
    throw FhirError.of('invalid', `A search takes ${MOST_FILTERS} _filter at the most.`, { code: 'too-costly' })
  }
}

/**
 * Reads the value of `_filter` (R4 search_filter). Its tests are made by `parseOrdinary`, as far as there is a criterion
 * that asks the same. Throws `invalid` for a broken filter and for an operator that the parameter's type does not have.
 */
export function parseFilter(
  type: string,
  text: string,
  context: ParseContext,
  parseOrdinary: ParseOrdinary,
): Expression {
  const node = parseFilterText(text)
  const work: Work = { context, parseOrdinary, depth: atStart() }
  const expression = expressionOf(type, node, work)
  if (expression === undefined) throw unknownName(type, node, work)
  return expression
}

interface Work {
  context: ParseContext
  parseOrdinary: ParseOrdinary
  /** Shared by all tests, so that the ways of their chains are counted together. */
  depth: Depth
}

/** Undefined where a type does not know a parameter. */
function expressionOf(type: string, node: FilterNode, work: Work): Expression | undefined {
  switch (node.kind) {
    case 'test':
      return testOf(type, node, node.path, work)
    case 'not': {
      const part = expressionOf(type, node.part, work)
      return part && { kind: 'not', part }
    }
    default: {
      const parts = node.parts.map((part) => expressionOf(type, part, work))
      const known = parts.filter((part) => part !== undefined)
      if (known.length < parts.length) return undefined
      return node.kind === 'and' ? allOf(known) : { kind: 'or', parts: known }
    }
  }
}

type TestNode = Extract<FilterNode, { kind: 'test' }>

/** Stands where a path has its filter. */
const FILTERED = '[]'

function testOf(type: string, node: TestNode, { text, inner }: FilterPath, work: Work): Expression | undefined {
  const far = (target: string, rest: string, depth: Depth): Expression | undefined => {
    const deeper = { ...work, depth }
    if (!inner || rest !== FILTERED) return atEnd(target, node, rest, deeper, far)
    const filtered = expressionOf(target, inner.filter, deeper)
    const tested = filtered && testOf(target, node, inner.rest, deeper)
    return tested && allOf([filtered, tested])
  }
  return atEnd(type, node, inner ? `${text}.${FILTERED}` : text, work, far)
}

function atEnd(
  type: string,
  { op, value }: TestNode,
  path: string,
  { context, parseOrdinary, depth }: Work,
  far: (target: string, rest: string, depth: Depth) => Expression | undefined,
): Expression | undefined {
  const chained = parseChained(type, path, depth, context, far)
  if (chained !== undefined) return chained === 'empty' ? undefined : chained
  const shape = /^_(id|list|text|content)$/.test(path) ? 'id' : path === '_lastUpdated' ? 'moment' : undefined
  const searchType = shape ?? parametersOf(type, context.parameters).get(path)?.type
  if (searchType === undefined) return undefined
  const { zone } = context
  return applyOperator({ code: path, op, value, searchType, zone }, (name, text) => parseOrdinary(type, name, text))
}

function unknownName(type: string, node: FilterNode, work: Work): FhirError {
  const [first] = pathsOf(node).filter((test) => expressionOf(type, test, work) === undefined)
  const words = `_filter: ${beginningOf(first?.path.text ?? '')} is not a search parameter of ${type}.`
  return FhirError.of('invalid', words, { code: 'not-supported' })
}

function pathsOf(node: FilterNode): TestNode[] {
  if (node.kind === 'test') return [node]
  return node.kind === 'not' ? pathsOf(node.part) : node.parts.flatMap(pathsOf)
}
