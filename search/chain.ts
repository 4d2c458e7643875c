import { beginningOf } from '../resources/beginning.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { APART } from './apart.ts'
import type { ParseContext } from './criterion.ts'
import type { Expression } from './expression.ts'
import { targetsOf, waysOf } from './include.ts'
import { parametersOf } from './parameters.ts'

/** Steps from resource to resource in one criterion at the most, and the types that a search may fork into. */
const MOST_STEPS = 6

/** What a chained or reverse-chained criterion asks; 'empty' where nothing is asked at its end. */
type Parsed = Expression | 'empty' | undefined

/** Reads a criterion at the far end of a link. */
type ParseFar = (type: string, name: string, depth: Depth) => Parsed | 'unbuilt'

/** A chain on its way: how deep it is, and how many ways it took in all. */
export interface Depth {
  steps: number
  ways: { left: number }
}

/** At the beginning of a criterion. */
export function atStart(): Depth {
  return { steps: 0, ways: { left: 300 } }
}

/**
 * Reads `subject:Patient.name`, `subject.name` and `_has:Observation:patient:code` (R4 search, chaining and reverse
 * chaining); undefined where a name is neither. A chain without a type goes to all types that the reference may lead to
 * and that know the rest. Throws `invalid` where none does, or where it goes too far.
 */
export function parseChained(
  type: string,
  name: string,
  depth: Depth,
  context: ParseContext,
  parseFar: ParseFar,
): Parsed {
  if (name.startsWith('_has:')) return parseHas(type, name, deeper(depth), context, parseFar)
  const link = /^([A-Za-z0-9_-]+)(?::([A-Za-z]+))?\.(.+)$/s.exec(name)
  const parameter = link ? parametersOf(type, context.parameters).get(link[1]!) : undefined
  if (!link || parameter?.type !== 'reference') return undefined
  const [, param = '', wanted, rest = ''] = link
  const possible = targetsOf(parameter).filter((target) => !APART.has(target))
  if (wanted !== undefined && !possible.includes(wanted))
    throw badChain(name, `${param} does not lead to ${beginningOf(wanted)}`)
  const types = wanted === undefined ? possible : [wanted]
  const found = types.map((target) => [target, built(parseFar(target, rest, deeper(depth)), rest)] as const)
  const known = found.filter(([, where]) => where !== undefined)
  if (known.length === 0) throw badChain(name, `nothing that ${param} leads to knows ${beginningOf(rest)}`)
  const targets = known.flatMap(([target, where]) => (where && where !== 'empty' ? [{ type: target, where }] : []))
  return targets.length > 0
    ? anyOf(waysOf(parameter).map((way) => ({ kind: 'chain', param, ...way, targets })))
    : 'empty'
}

function parseHas(type: string, name: string, depth: Depth, { parameters }: ParseContext, parseFar: ParseFar): Parsed {
  const parts = /^_has:([A-Za-z]+):([A-Za-z0-9_-]+):(.+)$/s.exec(name)
  if (!parts) throw badChain(name, 'it takes _has:Type:reference:parameter')
  const [, source = '', param = '', rest = ''] = parts
  if (APART.has(source)) throw badChain(name, `${source} is searched by itself alone`)
  const parameter = storableTypes.has(source) ? parametersOf(source, parameters).get(param) : undefined
  if (parameter?.type !== 'reference' || !targetsOf(parameter).includes(type)) {
    throw badChain(name, `${beginningOf(source)} has no ${beginningOf(param)} that leads to ${type}`)
  }
  const where = built(parseFar(source, rest, depth), rest)
  if (where === undefined) throw badChain(name, `${source} does not know ${beginningOf(rest)}`)
  if (where === 'empty') return 'empty'
  return anyOf(waysOf(parameter).map((way) => ({ kind: 'has', type: source, param, ...way, where })))
}

function anyOf(parts: Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
}

function built(parsed: Parsed | 'unbuilt', name: string): Parsed {
  if (parsed !== 'unbuilt') return parsed
  throw FhirError.of('invalid', `${beginningOf(name)} is not supported yet.`, { code: 'not-supported' })
}

function deeper({ steps, ways }: Depth): Depth {
  if (steps === MOST_STEPS || --ways.left < 0) {
    throw FhirError.of('invalid', 'The chain goes too far.', { code: 'too-costly' })
  }
  return { steps: steps + 1, ways }
}

function badChain(name: string, why: string): FhirError {
  return FhirError.of('invalid', `${beginningOf(name)}: ${why}.`, { code: 'not-supported' })
}
