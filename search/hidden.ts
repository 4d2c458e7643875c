import { beginningOf } from '../resources/beginning.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { compileRoutes } from '../resources/path/routes.ts'
import { type HiddenElements, isElement } from '../resources/redact.ts'
import { type AskedParameter, parametersAsked } from './asked.ts'
import type { Expression } from './expression.ts'
import { isOfficial, ParameterRegistry } from './parameters.ts'
import type { Link, Restriction } from './searcher.ts'

const OFFICIAL = new ParameterRegistry()
const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

/**
 * Throws `invalid` where something that is asked, at whatever hop, rests on elements that are withheld from the caller: what
 * is found, and in which order, would tell of them.
 */
export function refuseHidden(
  asked: readonly AskedParameter[],
  hidden: HiddenElements,
  registry: ParameterRegistry = OFFICIAL,
): void {
  const first = asked.find((one) => restsOnHidden(one, hidden, registry))
  if (!first) return
  const words = `${first.type} cannot be searched by ${beginningOf(first.code)} here.`
  throw FhirError.of('invalid', words, { code: 'not-supported' })
}

/** The links of an include that show nothing of what is withheld. Throws as `refuseHidden` where none is left. */
export function shownLinks(links: Link[], hidden: HiddenElements, registry: ParameterRegistry = OFFICIAL): Link[] {
  const asked = links.map(({ source, param }) => ({ type: source.replace(/^#/, ''), code: param }))
  const shown = links.filter((_, at) => !restsOnHidden(asked[at]!, hidden, registry))
  if (links.length > 0 && shown.length === 0) refuseHidden(asked, hidden, registry)
  return shown
}

/**
 * Of what leads to a compartment in several ways, those that rest on nothing that is withheld; `none` where none is left.
 * What a caller asks for is refused instead (`refuseHidden`): a compartment is the server's own question.
 */
export function shownWays(type: string, where: Expression, hidden: HiddenElements): Expression {
  const ways = where.kind === 'or' ? where.parts : [where]
  const parts = ways.filter((way) => {
    const asked = parametersAsked([{ type, where: way, restriction: EVERYTHING }])
    return !asked.some((one) => restsOnHidden(one, hidden, OFFICIAL))
  })
  if (parts.length === 0) return { kind: 'none' }
  return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
}

/** Whether the values of a search parameter are taken from elements that are withheld, or from what holds them. */
function restsOnHidden({ type, code }: AskedParameter, hidden: HiddenElements, registry: ParameterRegistry): boolean {
  const paths = Object.hasOwn(hidden, type) ? hidden[type]! : []
  if (paths.length === 0) return false
  if (code === '_text' || code === '_content') return true
  const [element = '', inside] = code.split('#')
  // Entries that belong to an element's part: `component#value.as(Quantity)`.
  if (inside !== undefined) return meetsAny(type, element.split('.'), paths) || mentions(inside, paths)
  const table = registry.tablesOf(type).find((one) => one.code === code)
  if (!table) return true
  const { expression, url, components = [] } = table
  if (isWithin(type, expression, paths) || components.some((one) => mentions(one.expression, paths))) return true
  // What only the FHIRPath engine knows to read may read anything.
  return compileRoutes(expression, type) === undefined && (!isOfficial(url) || mentions(expression, paths))
}

function isWithin(type: string, expression: string, paths: readonly string[]): boolean {
  return (compileRoutes(expression, type) ?? []).some(({ moves }) => {
    const members = moves.flatMap((move) => (move.kind === 'member' ? [move.name] : []))
    return meetsAny(type, members, paths)
  })
}

function meetsAny(type: string, members: readonly string[], paths: readonly string[]): boolean {
  return paths.some((path) => meet(type, members, path.split('.')))
}

/** Whether one of two paths leads through the other. */
function meet(type: string, members: readonly string[], path: readonly string[]): boolean {
  const length = Math.min(members.length, path.length)
  return members.slice(0, length).every((member, at) => {
    const wanted = path[at]!
    return at === 0 ? isElement(type, member, wanted) : member === wanted || isChoiceOf(member, wanted)
  })
}

function isChoiceOf(member: string, element: string): boolean {
  return member.startsWith(element) && /^[A-Z]/.test(member.slice(element.length))
}

/** Whether an expression names a step of a path. */
function mentions(expression: string, paths: readonly string[]): boolean {
  const words = new Set(expression.split(/\W+/))
  return paths.some((path) => path.split('.').some((step) => words.has(step)))
}
